import { bold, dim } from '../lib/say.mjs';
import { consoleName, hubFile } from './hub-configuration.mjs';

/**
 * Where to look, and what to try, once all runs.
 *
 * @param {ReturnType<import('./processes.mjs').addresses>} at
 * @param {string | undefined} password of the console; undefined where the configuration was changed by hand
 */
export function guide(at, password) {
  const signIn = password === undefined ? `sign in as ${hubFile} says` : `sign in as ${bold(consoleName)} with ${bold(password)}`;
  const body = '{"wait":25,"applications":{"calls":{"cursor":null},"orders":{"cursor":null},"news":{"cursor":null}}}';
  const message = '{"id":"hello","section":"Company","title":"Hello from a shell","summary":"","author":"You","publishedMs":0}';
  return `
${bold('Pollux is running.')}

  Portal    ${bold(at.portal)}
  Console   ${bold(at.console)}   ${signIn}
  Server    ${at.pollux}

Receive as alice, in a second shell:

  TOKEN=$(npx pollux-hub token --config ${hubFile} --recipient alice --applications calls,orders,news)
  curl -sS ${at.pollux}/poll -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
    -d '${body}'

Publish, in a third:

  export POLLUX_URL=${at.pollux}
  export POLLUX_KEY=$(node -p 'require("./.pollux/secrets.json").publisherKeys.news')
  npx pollux-hub publish news --everyone --type headline \\
    --data '${message}'

${dim('Ctrl-C ends all of it. npm start -- --verbose shows every log line.')}
`;
}
