// The doubles of ProConnect and FranceConnect+: panva's oidc-provider, the library both run on,
// configured as each is, behind the front that FranceConnect+ has: a closed list of parameters.
//
// node identity-provider.mjs '{"kind": "proconnect", "version": 7, "client": {...}}'
//
// It prints one line of JSON, {"origin": …}, once it listens on 127.0.0.1. What it says of whom, and
// how it fails, is switched by POST /control (a JSON object over `says` below). Where it knows people,
// whoever comes chooses one of them on a page, as on those of test that both providers have.

import { createServer } from 'node:http';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';

const asked = JSON.parse(process.argv[2]);
const isWorkers = asked.kind === 'franceconnect';
const PREFIX = '/api/v2';
const { default: library } = await import(`oidc-provider-${asked.version}`);
const Provider = library.Provider ?? library;

const says = {
  acr: isWorkers ? 'eidas2' : 'eidas1-mfa',
  amr: isWorkers ? ['fc'] : ['pwd', 'mfa'],
  sub: 'a-subject',
  claims: {},
  abort: null, // { error, error_description } in place of a sign-in
  delayMs: 0, // of every answer
  away: [], // paths under the issuer that answer 503
  people: null, // by name: { sub, acrs, amr, claims }; the first of `acrs` that is enough is said
};
const known = new Map(); // claims by subject, of the people who came
let seen = []; // what was asked, in order: method, path, user agent
let keys = newKeys();

function newKeys() {
  const made = (alg, options) => ({
    ...generateKeyPairSync(...options).privateKey.export({ format: 'jwk' }),
    kid: randomUUID(),
    use: 'sig',
    alg,
  });
  return { keys: [made('ES256', ['ec', { namedCurve: 'P-256' }]), made('RS256', ['rsa', { modulusLength: 2048 }])] };
}

const CLOSED_LIST = new Set(['client_id', 'acr_values', 'claims', 'response_type', 'nonce', 'state',
  'redirect_uri', 'scope', 'prompt', 'idp_hint', 'ui_locales']);

// what FranceConnect+ refuses on a page of its own, without a way back
function isRefusedByFront(query) {
  const names = [...query.keys()];
  return names.some((name) => !CLOSED_LIST.has(name)) || new Set(names).size !== names.length
    || !query.get('acr_values') || (query.get('nonce') ?? '').length < 22
    || !query.get('state') || ['none', 'select_account', ''].includes(query.get('prompt'));
}

const identity = isWorkers
  ? ['given_name', 'family_name', 'birthdate', 'gender', 'birthplace', 'birthcountry']
  : [];
const ALL_ACR = isWorkers
  ? ['eidas2', 'eidas3']
  : ['eidas0', 'eidas0-mfa', 'eidas1', 'eidas1-mfa', 'eidas2', 'eidas3',
    'https://proconnect.gouv.fr/assurance/certification-dirigeant'];

// what the provider keeps, whichever keys it has: its own memory ends with them
const kept = new Map();
class Memory {
  constructor(kind) { this.kind = kind; }
  key(id) { return `${this.kind}:${id}`; }
  async upsert(id, payload) { kept.set(this.key(id), payload); }
  async find(id) { return kept.get(this.key(id)); }
  async findByUid(uid) { return [...kept.values()].find((one) => one.kind === this.kind && one.uid === uid); }
  async findByUserCode() { return undefined; }
  async consume(id) { kept.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { kept.delete(this.key(id)); }
  async revokeByGrantId(grantId) {
    for (const [key, one] of kept) if (one.grantId === grantId) kept.delete(key);
  }
}

function configuration() {
  const claims = isWorkers
    ? { openid: ['sub'], identite_pivot: identity, preferred_username: ['preferred_username'], email: ['email'] }
    : Object.fromEntries(['given_name', 'usual_name', 'email', 'uid', 'siret', 'idp_id', 'organization_label']
      .map((name) => [name, [name]]));
  const secret = 'client_secret_post';
  return {
    jwks: keys,
    adapter: Memory,
    clients: [{
      token_endpoint_auth_method: secret,
      grant_types: ['authorization_code'],
      response_types: ['code'],
      scope: ['openid', ...Object.keys(claims).filter((name) => name !== 'openid')].join(' '),
      ...asked.client,
    }],
    routes: { authorization: '/authorize', end_session: '/session/end', introspection: '/token/introspection',
      revocation: '/token/revocation', jwks: '/jwks', token: '/token', userinfo: '/userinfo' },
    claims: { ...claims, amr: null, acr: null, ...(isWorkers ? {} : { openid: ['sub'] }) },
    acrValues: ALL_ACR,
    scopes: ['openid', ...Object.keys(claims)],
    subjectTypes: isWorkers ? ['pairwise'] : ['public'],
    ...(isWorkers ? { pairwiseIdentifier: async (_ctx, accountId) => accountId } : {}),
    features: {
      devInteractions: { enabled: false },
      jwtUserinfo: { enabled: true },
      encryption: { enabled: isWorkers },
      claimsParameter: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource },
      resourceIndicators: { enabled: false },
      ...(asked.version === 9 ? { pushedAuthorizationRequests: { enabled: false } } : {}),
    },
    ...(isWorkers ? {
      enabledJWA: {
        idTokenSigningAlgValues: ['ES256'],
        userinfoSigningAlgValues: ['ES256'],
        idTokenEncryptionAlgValues: ['ECDH-ES', 'RSA-OAEP', 'RSA-OAEP-256'],
        idTokenEncryptionEncValues: ['A256GCM'],
        userinfoEncryptionAlgValues: ['ECDH-ES', 'RSA-OAEP', 'RSA-OAEP-256'],
        userinfoEncryptionEncValues: ['A256GCM'],
      },
    } : {}),
    pkce: asked.version === 7 ? { methods: ['S256'], required: () => false } : { required: () => false },
    ttl: { AuthorizationCode: isWorkers ? 30 : 60, AccessToken: isWorkers ? 60 : 3600, IdToken: isWorkers ? 60 : 3600,
      Interaction: 600, Session: 600, Grant: 600 },
    cookies: { keys: ['a key of this double'] },
    extraParams: ['idp_hint', 'siret_hint'],
    conformIdTokenClaims: true,
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope(ctx.oidc.client.scope);
      grant.addOIDCClaims(['acr', 'amr', ...Object.values(claims).flat()]);
      await grant.save();
      return grant;
    },
    findAccount: async (_ctx, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, ...(known.get(id) ?? says.claims) }),
    }),
    interactions: { url: async (_ctx, interaction) => `${PREFIX}/interaction/${interaction.uid}` },
    renderError: async (ctx, out) => { ctx.type = 'html'; ctx.body = `<h1>${out.error}</h1>`; },
    // v9 fetches our keys by itself, and refuses this machine's own addresses: so does no provider
    ...(asked.version === 9
      ? { fetch: (url, { dispatcher: _dispatcher, ...options } = {}) => fetch(url, options) } : {}),
  };
}

async function logoutSource(ctx, form) {
  ctx.body = `<!doctype html><title>Déconnexion</title>${form}<button form="op.logoutForm" name="logout" value="yes">oui</button>`;
}

let provider;
let serve;
function start(issuer) {
  provider = new Provider(issuer, configuration());
  provider.proxy = false;
  serve = provider.callback();
}

// the levels that will do for ProConnect; undefined where any will
function essential(details) {
  const wanted = details.params.claims ? JSON.parse(details.params.claims)?.id_token?.acr : undefined;
  return wanted?.essential ? wanted.values : undefined;
}

async function interact(req, res) {
  const details = await provider.interactionDetails(req, res);
  let who = says;
  if (says.people && !says.abort) {
    if (req.method !== 'POST') return choose(res);
    const chosen = new URLSearchParams(await body(req)).get('person');
    if (chosen === 'nobody') return answer(req, res, { error: 'access_denied', error_description: 'User auth aborted' });
    const person = says.people[chosen];
    known.set(person.sub, person.claims);
    who = { ...person, acr: reached(person.acrs, details) };
  }
  if (says.abort) return answer(req, res, says.abort);
  if (!isWorkers && essential(details) && !essential(details).includes(who.acr)) {
    return answer(req, res, { error: 'access_denied', error_description: 'requested ACRs could not be satisfied' });
  }
  return answer(req, res, { login: { accountId: who.sub, acr: who.acr, amr: who.amr, remember: false }, consent: {} });
}

function answer(req, res, result) {
  return provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
}

// the first level of that person's that is enough, else their first
function reached(acrs, details) {
  const enough = isWorkers ? (details.params.acr_values ?? '').split(' ') : essential(details) ?? acrs;
  return acrs.find((acr) => enough.includes(acr)) ?? acrs[0];
}

function choose(res) {
  const named = { proconnect: 'ProConnect', franceconnect: 'FranceConnect+' }[asked.kind];
  const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const buttons = Object.keys(says.people).map((name) =>
    `<p><button name="person" value="${escaped(name)}">${escaped(name)}</button></p>`);
  res.setHeader('content-type', 'text/html; charset=utf-8');
  res.end(`<!doctype html><html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${named} (double)</title><h1>${named} : un double, des personnes fictives</h1>
<form method="post">${buttons.join('\n')}<p><button name="person" value="nobody">Annuler</button></p></form></html>`);
}

async function body(req) {
  const pieces = [];
  for await (const piece of req) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

async function control(req, res) {
  const { rotate, forget, ...changes } = JSON.parse(await body(req) || '{}');
  Object.assign(says, changes);
  if (forget) seen = [];
  if (rotate) { // 'overlapping': the former ones stay published, as both providers have it
    keys = { keys: [...newKeys().keys, ...(rotate === 'overlapping' ? keys.keys.slice(0, 2) : [])] };
    start(issuer);
  }
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify({ seen }));
}

const server = createServer(async (req, res) => {
  try {
    const url = new URL(req.url, 'http://127.0.0.1');
    if (url.pathname === '/control') return await control(req, res);
    seen.push(`${req.method} ${url.pathname}`);
    if (says.delayMs) await new Promise((done) => setTimeout(done, says.delayMs));
    const path = url.pathname.slice(PREFIX.length);
    if (!url.pathname.startsWith(PREFIX) || says.away.includes(path)) {
      res.statusCode = url.pathname.startsWith(PREFIX) ? 503 : 404;
      return res.end();
    }
    if (path.startsWith('/interaction/')) return await interact(req, res);
    if (isWorkers && path === '/authorize' && isRefusedByFront(url.searchParams)) {
      res.statusCode = 400;
      res.setHeader('content-type', 'text/html; charset=utf-8');
      return res.end('<!doctype html><title>Y030007</title><p>Y030007</p>');
    }
    // eidas1 is an error that leads back, where the address is one that was registered
    const back = url.searchParams.get('redirect_uri');
    if (isWorkers && path === '/authorize' && asked.client.redirect_uris.includes(back)
      && url.searchParams.get('acr_values').split(' ').includes('eidas1')) {
      const told = new URLSearchParams({ error: 'invalid_acr', error_description: 'acr_values is not valid',
        state: url.searchParams.get('state'), iss: issuer });
      res.statusCode = 303;
      res.setHeader('location', `${back}?${told}`);
      return res.end();
    }
    // FranceConnect+ knows single sign-on for eidas2 alone
    if (isWorkers && url.searchParams.get('acr_values') === 'eidas3') url.searchParams.set('prompt', 'login');
    req.originalUrl = url.pathname + url.search;
    req.url = path + url.search;
    return await serve(req, res);
  } catch (error) {
    res.statusCode = 500;
    return res.end(`${error.name}: ${error.message}`);
  }
});
server.listen(asked.port ?? 0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://${asked.host ?? '127.0.0.1'}:${server.address().port}`; // a site of its own, where asked
const issuer = `${origin}${PREFIX}`;
start(issuer);
process.stdout.write(`${JSON.stringify({ origin })}\n`);
process.stdin.on('end', () => process.exit(0)).resume(); // ends with who started it
