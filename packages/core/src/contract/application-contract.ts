/** A contract: what one application says, declared once, shared by its publishers, its client code and the console. */
import type { StandardSchema } from './standard-schema.ts';

/** A type whose messages carry the data itself. */
export interface DirectType<Input = unknown, Output = Input> {
  readonly kind: 'direct';
  /** Without one, any JSON value will do. */
  readonly schema?: StandardSchema<Input, Output>;
}

/** A type whose messages tell the client what to fetch. */
export interface FetchType<Path extends string = string, Input = unknown, Output = Input> {
  readonly kind: 'fetch';
  /** Where it is fetched: an absolute path or URL, with parameters as whole segments, `/api/orders/:id`. */
  readonly path: Path;
  /** Of the body that the application's own server answers with. */
  readonly schema?: StandardSchema<Input, Output>;
}

export type ContractType = DirectType | FetchType;

/** What `defineApplication` makes. */
export interface ApplicationContract<
  Name extends string = string,
  Types extends Readonly<Record<string, ContractType>> = Readonly<Record<string, ContractType>>,
> {
  /** The application's name. */
  readonly name: Name;
  /** Its types of message, by their name. */
  readonly types: Types;
}

type NamesOf<Contract extends ApplicationContract, Kind> = {
  [Type in keyof Contract['types']]: Contract['types'][Type] extends Kind ? Type : never;
}[keyof Contract['types']] &
  string;

/** The names of a contract's types of the kind `direct`. */
export type DirectTypeName<Contract extends ApplicationContract> = NamesOf<Contract, { readonly kind: 'direct' }>;

/** The names of a contract's types of the kind `fetch`. */
export type FetchTypeName<Contract extends ApplicationContract> = NamesOf<Contract, { readonly kind: 'fetch' }>;

/** The names of a contract's types. */
export type TypeName<Contract extends ApplicationContract> = keyof Contract['types'] & string;

/**
 * The payload of a `direct` type: what its schema takes, because what is published is checked, stored as it is, and
 * delivered as it is.
 */
export type DataOf<Contract extends ApplicationContract, Type extends TypeName<Contract>> =
  Contract['types'][Type] extends DirectType<infer Input, infer _Output> ? Input : never;

/** What a `fetch` type's schema makes of the answer. */
export type ResultOf<Contract extends ApplicationContract, Type extends TypeName<Contract>> =
  Contract['types'][Type] extends FetchType<infer _Path, infer _Input, infer Output> ? Output : never;

type ParameterOf<Segment extends string> = Segment extends `:${infer Name}` ? Name : never;

type ParameterNames<Path extends string> = Path extends `${infer Segment}/${infer Rest}`
  ? ParameterOf<Segment> | ParameterNames<Rest>
  : ParameterOf<Path>;

/** The parameters of a path such as `/api/orders/:id`: `{ id }`. */
export type PathParameters<Path extends string> = { readonly [Name in ParameterNames<Path>]: string | number };

/** The parameters of a `fetch` type's path. */
export type ParametersOf<Contract extends ApplicationContract, Type extends TypeName<Contract>> =
  Contract['types'][Type] extends FetchType<infer Path, infer _Input, infer _Output> ? PathParameters<Path> : never;

/** What a publisher hands over for a type: the data of a `direct` one, the path's parameters of a `fetch` one. */
export type PayloadOf<Contract extends ApplicationContract, Type extends TypeName<Contract>> = Contract['types'][Type] extends {
  readonly kind: 'fetch';
}
  ? ParametersOf<Contract, Type>
  : DataOf<Contract, Type>;
