/** What a communication client offers for an application whose contract it knows. Types only: it costs a page nothing. */
import type { ApplicationClient, Fetched } from '../client/application-client.ts';
import type { DirectMessage, FetchMessage } from '../protocol/types.ts';
import type { ApplicationContract, DataOf, DirectTypeName, FetchTypeName, ResultOf, TypeName } from './application-contract.ts';

/** A `direct` message of one of the contract's types. */
export interface ContractMessage<Contract extends ApplicationContract, Type extends TypeName<Contract>> extends DirectMessage {
  readonly type: Type;
  readonly data: DataOf<Contract, Type>;
}

/** A fetch's result, for one of the contract's types. */
export interface ContractFetched<Contract extends ApplicationContract, Type extends TypeName<Contract>> extends Fetched {
  readonly message: FetchMessage & { readonly type: Type };
  /** The answer's body, as the contract's schema makes it. */
  readonly data: ResultOf<Contract, Type>;
}

/** An application client whose types and payloads come from the contract. */
export interface ContractClient<Contract extends ApplicationContract> extends Omit<ApplicationClient, 'on' | 'onFetch' | 'name'> {
  readonly name: Contract['name'];
  /** Handles `direct` messages of a type; returns the way to stop. */
  on<Type extends DirectTypeName<Contract>>(
    type: Type,
    handler: (message: ContractMessage<Contract, Type>) => unknown,
  ): () => void;
  /** Handles `fetch` messages of a type, after the fetch; returns the way to stop. */
  onFetch<Type extends FetchTypeName<Contract>>(
    type: Type,
    handler: (fetched: ContractFetched<Contract, Type>) => unknown,
  ): () => void;
}
