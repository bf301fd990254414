/** What a document tells its reader to type. */

/**
 * The first code block of a document that says "save this as `name`" above it, and what the text below promises that it
 * prints.
 *
 * @param {string} markdown
 */
export function pastedExample(markdown) {
  const pattern = /save this as `([\w.-]+)`[^`]*(?:`[^`\n]*`[^`]*)*?^```(?:js|ts)\n([\s\S]*?)^```\s*(?:It prints `([^`]+)`)?/m;
  const [, fileName, code, prints] = pattern.exec(markdown) ?? [];
  return fileName === undefined || code === undefined ? undefined : { fileName, code, prints };
}

/** The indented commands below a heading line of what `npm start` prints, up to the next line that is not indented. @param {string} text @param {string} heading */
export function commandsBelow(text, heading) {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(heading));
  if (start < 0) return '';
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line !== '' && !line.startsWith(' '));
  return rest
    .slice(0, end < 0 ? undefined : end)
    .map((line) => line.slice(2))
    .join('\n')
    .trim();
}
