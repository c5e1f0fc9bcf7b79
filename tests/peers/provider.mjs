// A real OpenID Connect provider (oidc-provider of npm) on a loopback port, for tests/scenario/national_account.sh.
//
//     node provider.mjs MODULES PORT CLIENT_BACK KEY_ID       the last line that it writes before it listens: “ready”
//
// Anybody may sign in as any name; the name is the id, and what there is to know of him stands in people. Another
// KEY_ID means other keys: run again with it, the provider has changed its keys. Invented people all of them.
import { createRequire } from 'node:module';
import { generateKeyPairSync } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const [modules, port, back, keyId] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));
const issuer = `http://127.0.0.1:${port}`;
const people = {
  lan: { name: 'Nguyễn Thị Lan Mẫu', personal_id: '067190000123' },
  hung: { name: 'Trần Văn Hùng Mẫu', personal_id: '067088000456' },
  nameless: { personal_id: '067088000457' },
  wrong: { name: 'Số Sai Mẫu', personal_id: '12' },
};
const signing = { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), kid: keyId, use: 'sig', alg: 'RS256' };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'tinhso',
      client_secret: 'a secret of no worth / 100%',
      redirect_uris: [back],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  jwks: { keys: [signing] },
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], profile: ['name'], citizen: ['personal_id'] },
  scopes: ['openid', 'profile', 'citizen'],
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  cookies: { keys: ['of no worth'] },
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
