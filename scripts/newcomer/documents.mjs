/** What a document tells its reader to type. */

/** The first of a document's code blocks with a file name in its title, as in ```js title="server.mjs". @param {string} markdown */
export function titledExample(markdown) {
  const [, fileName, code] =
    /^```(?:js|mjs|ts|javascript|typescript)\b[^\n]*?title="([^"]+)"[^\n]*\n([\s\S]*?)^```$/m.exec(markdown) ?? [];
  return fileName === undefined || code === undefined ? undefined : { fileName, code };
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
