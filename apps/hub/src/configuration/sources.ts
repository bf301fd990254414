/** Where settings come from: the file, the environment, the command line; the later one wins. */
import { readFileSync, statSync } from 'node:fs';
import { type Fault, shown } from './faults.ts';
import { findJsonFault } from './json-text.ts';
import { isSecret, type Outline, pathText, settings } from './outline.ts';
import { suggestion } from './suggest.ts';

/** Settings as gathered so far. */
export interface Gathered {
  raw: unknown;
  readonly faults: Fault[];
  /** Where settings came from that were not in the file, by path. */
  readonly origins: Map<string, string>;
  /** Things worth a warning. */
  readonly notes: string[];
}

const largestFile = 4_194_304;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path, or leave it out and use the environment',
  EACCES: 'this user may not read it; change its permissions',
  EISDIR: 'it is a directory; name the file in it',
};

function readText(file: string): { readonly text: string } | { readonly reason: string } {
  try {
    if (statSync(file).isDirectory()) return { reason: 'it is a directory; name the file in it' };
    if (statSync(file).size > largestFile) return { reason: `it is larger than ${largestFile} bytes; is it the right file?` };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { reason: 'it is not UTF-8 text; save it as UTF-8' };
    return { reason: reasons[code] ?? (code || 'it cannot be read') };
  }
}

/** Takes the settings of a JSON file. */
export function readFile(gathered: Gathered, file: string): void {
  const found = readText(file);
  if ('reason' in found) {
    gathered.faults.push({ path: [], text: `cannot read ${file}: ${found.reason}` });
    return;
  }
  const fault = findJsonFault(found.text);
  if (fault) {
    gathered.faults.push({
      path: [],
      text: `${file}, line ${fault.line}, column ${fault.column}: ${fault.reason}; the file must be one JSON object`,
    });
    return;
  }
  gathered.raw = JSON.parse(found.text);
  if ((statSync(file).mode & 0o004) !== 0 && process.platform !== 'win32') {
    gathered.notes.push(`${file} holds secrets and every user of this machine can read it; chmod 600 ${file}`);
  }
}

/** Puts a value at a path, making the objects on the way; something else on the way is left for the check to refuse. */
function put(raw: unknown, path: readonly string[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (raw !== undefined && (typeof raw !== 'object' || raw === null || Array.isArray(raw))) return raw;
  const here = { ...(raw as Record<string, unknown> | undefined) };
  const own = Object.hasOwn(here, step) ? here[step] : undefined;
  here[step] = put(own, rest, value);
  return here;
}

function parseJsonText(text: string): { readonly value: unknown } | { readonly reason: string } {
  const fault = findJsonFault(text);
  return fault ? { reason: `must be JSON: ${fault.reason} (column ${fault.column})` } : { value: JSON.parse(text) };
}

/** What a text means for a setting. A text that does not fit stays a text, for the check to refuse with the rule. */
function interpret(outline: Outline, text: string): { readonly value: unknown } | { readonly reason: string } {
  const trimmed = text.trim();
  if (outline.type === 'integer') return { value: /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : text };
  if (outline.type === 'boolean') return { value: trimmed === 'true' ? true : trimmed === 'false' ? false : text };
  if (outline.type === 'object' || trimmed.startsWith('['))
    return outline.type === 'string' ? { value: text } : parseJsonText(trimmed);
  if (outline.type === 'array') return { value: trimmed.split(',').map((each) => each.trim()) };
  return { value: text };
}

function assign(
  gathered: Gathered,
  setting: { readonly path: readonly string[]; readonly outline: Outline },
  text: string,
  origin: string,
): void {
  gathered.origins.set(pathText(setting.path), origin);
  const meant = interpret(setting.outline, text);
  if ('reason' in meant) gathered.faults.push({ path: setting.path, text: meant.reason });
  else gathered.raw = put(gathered.raw, setting.path, meant.value);
}

/** Variables that the commands read, which are no settings. */
const others = new Set(['POLLUX_CONFIG', 'POLLUX_URL', 'POLLUX_KEY', 'POLLUX_TOKEN', 'POLLUX_CONSOLE_PASSWORD']);

/** Kubernetes describes a service called `pollux` by variables of these shapes. */
const serviceLink = /^POLLUX(_[A-Z0-9]+)*_(SERVICE_(HOST|PORT(_.*)?)|PORT(_\d+_(TCP|UDP|SCTP)(_.*)?)?)$/;

/** Takes the settings of the environment. An empty variable counts as not set. */
export function readEnvironment(gathered: Gathered, environment: Readonly<Record<string, string | undefined>>): void {
  const byVariable = new Map(settings.map((setting) => [setting.variable, setting]));
  const sections = new Set(settings.map((setting) => setting.variable.split('_')[1]));
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith('POLLUX_') || text === undefined || text === '' || others.has(variable)) continue;
    const setting = byVariable.get(variable);
    const fromFile = byVariable.get(variable.replace(/_FILE$/, ''));
    if (setting !== undefined) assign(gathered, setting, text, `environment variable ${variable}`);
    else if (fromFile !== undefined && isSecret(fromFile.path)) readSecret(gathered, fromFile, variable, text);
    else if (!serviceLink.test(variable)) refuseVariable(gathered, variable, [...byVariable.keys()], sections);
  }
}

function readSecret(gathered: Gathered, setting: (typeof settings)[number], variable: string, file: string): void {
  const found = readText(file);
  if ('text' in found) assign(gathered, setting, found.text.replace(/\r?\n$/, ''), `the file that ${variable} names`);
  else gathered.faults.push({ path: setting.path, text: `cannot read ${file}, which ${variable} names: ${found.reason}` });
}

function refuseVariable(
  gathered: Gathered,
  variable: string,
  known: readonly string[],
  sections: ReadonlySet<string | undefined>,
): void {
  const hint = suggestion(variable, known);
  if (hint !== '' || sections.has(variable.split('_')[1])) {
    gathered.faults.push({ path: [], text: `environment variable ${variable} is not a setting${hint && `; ${hint}`}` });
  } else gathered.notes.push(`environment variable ${variable} is not a setting and was left alone`);
}

/** Takes one setting of the command line, as `flag` names it there. */
export function readFlag(gathered: Gathered, path: string, text: string, flag: string): void {
  const setting = settings.find((each) => pathText(each.path) === path);
  if (setting !== undefined) assign(gathered, setting, text, flag);
  else {
    const hint = suggestion(
      path,
      settings.map((each) => pathText(each.path)),
    );
    gathered.faults.push({ path: [], text: `${flag}: ${shown(path)} is not a setting${hint && `; ${hint}`}` });
  }
}
