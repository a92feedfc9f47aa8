#!/usr/bin/env node
// Vérifie hors ligne un accusé JSON de la passerelle SISERI. / Verifies a JSON receipt of the SISERI gateway, offline.
//
//   node verify.mjs receipt.json --trust siseri-signing-keys.json [--policy witnesses.policy] [--require-timestamp] [--json]
//
// Exit code: 0 proved, 2 not proved, 3 could not be done. One file, Node.js 20 or newer, no package: take it, read it,
// change it. Written from the texts alone, and sharing no code with the gateway: RFC 7515 (JWS), RFC 7518 (ES256),
// RFC 7638 (kid), RFC 8785 (JCS), RFC 2104 (HMAC), RFC 8032 (Ed25519), RFC 9162 §2.1 (Merkle trees), RFC 3161, 5652, 5816
// (time-stamps), and of c2sp.org signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-policy. Numbers are those of docs/evidence-vectors.md.
import { createHash, createHmac, createPublicKey, verify as verifies, X509Certificate } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const MIB = 1024 * 1024;
const MAX_NESTING = 254;
const MAX_SIZE = 2n ** 63n - 1n;
const MAX_COSIGNED_S = 253402214400n; // 9999-12-31: no clock will show it
const MAX_TOKEN = 64 * 1024; // bytes; a time-stamp with its whole chain takes about 6 KiB
const MAX_CERTIFICATES = 16; // that come with a time-stamp
const CLOCK_TOLERANCE_MS = 5 * 60 * 1000; // by how much the clocks of the gateway and of a witness may differ
const MAX_DELAY_MS = 24 * 60 * 60 * 1000; // how long after its decision an acknowledgement may first be seen
const LOG_KEY = 0x01; // signed-note: Ed25519 over the text of a note
const WITNESS_KEY = 0x04; // tlog-cosignature: timestamped Ed25519 over a checkpoint
const TIME_STAMPING = "2b06010505070308"; // id-kp-timeStamping (RFC 3161 §2.3)
const RSA = "2a864886f70d010101"; // as signers may write any signature of RFC 8017 §8.2 (RFC 5754 §3.2)
const HASHES = {
  "608648016503040201": { name: "sha256", rsa: [RSA, "2a864886f70d01010b"], ec: ["2a8648ce3d040302"] },
  "608648016503040202": { name: "sha384", rsa: [RSA, "2a864886f70d01010c"], ec: ["2a8648ce3d040303"] },
  "608648016503040203": { name: "sha512", rsa: [RSA, "2a864886f70d01010d"], ec: ["2a8648ce3d040304"] },
};
const HONOURED = ["551d0f", "551d11", "551d13", "551d20", "551d25"]; // keyUsage, subjectAltName, basicConstraints, certificatePolicies, extendedKeyUsage
const USAGE = "node verify.mjs receipt.json --trust siseri-signing-keys.json [--policy witnesses.policy] [--require-timestamp] [--json]";
const KIND = "siseri-gateway/acknowledgement@v1\n";

const STEPS = [
  ["les octets sont un seul document JSON canonique, ou un JWS", "the bytes are one canonical JSON document, or one JWS"],
  ["l'accusé a ses membres et aucun autre", "the receipt has its members and no other"],
  ["la signature est un JWS compact canonique", "the signature is a canonical compact JWS"],
  ["l'en-tête protégé est celui du profil", "the protected header is exactly the profile's"],
  ["la clé est publiée, avec ce certificat", "the key is published, with this certificate"],
  ["la signature est juste", "the signature verifies"],
  ["ce qui est signé est l'accusé, en forme canonique", "what is signed is the acknowledgement, in canonical form"],
  ["canonicalSha256 est l'empreinte de l'accusé", "canonicalSha256 is the acknowledgement's digest"],
  ["décidé pendant la validité de la clé", "decided while its key was valid"],
  ["le membre « proof » a ses membres et aucun autre", "the member proof has its members and no other"],
  ["son texte est une preuve, en son unique écriture", "its text is one proof, in its one spelling"],
  ["le sel donne l'entrée de cet accusé", "the salt gives the entry of this acknowledgement"],
  ["le relevé du journal est signé par lui", "the checkpoint is signed by the log"],
  ["l'entrée est dans le journal", "the entry is in the log"],
  ["assez de témoins ont vu le même journal", "enough witnesses saw the same log"],
  ["l'horodatage, s'il en est un de reconnu, date ce relevé", "the time-stamp, if one counts, dates this checkpoint"],
  ["la clé du journal était alors valide, et non compromise", "the log's key was then valid, and not compromised"],
  ["décidé peu avant d'être vu dans le journal", "decided shortly before it was seen in the log"],
  ["« proof » dit ce que dit son texte", "the member proof states what its text states"],
  ["la clé de l'accusé n'était alors pas compromise", "the acknowledgement's key was not compromised then"],
];

const UNDATED = [
  "clé compromise, et personne d'autre ne dit quand il fut signé : relisez-le, avec son horodatage ou ses témoins",
  "its key was compromised, and nobody else tells when it was signed: read it again, with its stamp or cosignatures",
];

/** Why not, in both languages. */
class Told extends Error {
  constructor(fr, en, step) {
    super(en);
    Object.assign(this, { fr, en, step });
  }
}
class Defect extends Told {} // what was read does not hold
export class NotProved extends Told {} // the receipt proves nothing: at which step, and why
export class CannotDo extends Told {} // nothing can be said of the receipt

function demand(condition, fr, en) {
  if (!condition) throw new Defect(fr, en);
}

const sha256 = (...octets) => octets.reduce((hash, one) => hash.update(one), createHash("sha256")).digest();
const instantText = (ms) => new Date(ms).toISOString();

function utf8(octets) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    throw new Defect("ce n'est pas de l'UTF-8", "not UTF-8");
  }
}

/** RFC 4648 §3.5: decoders take several texts for the same bytes; here there is one. */
function fromBase64(text, alphabet = "base64") {
  const octets = Buffer.from(text, alphabet);
  demand(octets.toString(alphabet) === text, `${alphabet} hors de son unique écriture`, `${alphabet} not in its one spelling`);
  return octets;
}

/** Milliseconds of `YYYY-MM-DDThh:mm:ss.sssZ`, a day and time that exist. */
function instant(text) {
  const isWritten = typeof text === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && text >= "0001";
  const ms = isWritten ? Date.parse(text) : NaN;
  demand(!Number.isNaN(ms) && instantText(ms) === text, "ce n'est pas un instant", "not an instant");
  return ms;
}

/** Reads JSON that is its own canonical form (RFC 8785), so that it can be read in one way only: a member given twice, another
 * order, spelling or blank would not be written again. null, floats and names out of ASCII are not of the contract. */
function canonicalJson(octets) {
  let value;
  try {
    value = JSON.parse(utf8(octets));
  } catch (error) {
    throw error instanceof Defect ? error : new Defect("ce n'est pas du JSON", "not JSON");
  }
  demand(octets.equals(jcs(value)), "JSON hors de sa forme canonique (RFC 8785)", "not in canonical form (RFC 8785)");
  return value;
}

/** RFC 8785 §3.2: ECMAScript's own strings and integers; members sorted by UTF-16 code unit. */
function jcs(value) {
  const write = (one, depth) => {
    const isText = typeof one === "string" && one.isWellFormed(); // RFC 7493 §2.1
    const isInteger = Number.isSafeInteger(one) && `${one}`.length <= 16; // RFC 7493 §2.2
    if (isText || isInteger || typeof one === "boolean") return JSON.stringify(one);
    demand(typeof one === "object" && one !== null && depth < MAX_NESTING, "hors du contrat", "not of the contract");
    if (Array.isArray(one)) return `[${one.map((item) => write(item, depth + 1)).join(",")}]`;
    const names = Object.keys(one).sort();
    demand(names.every((name) => /^[\x00-\x7f]*$/.test(name)), "un nom de membre hors ASCII", "a member name is not ASCII");
    return `{${names.map((name) => `${JSON.stringify(name)}:${write(one[name], depth + 1)}`).join(",")}}`;
  };
  return Buffer.from(write(value, 0), "utf-8");
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const hasMembers = (value, required, optional) =>
  isObject(value) &&
  required.every((name) => Object.hasOwn(value, name)) &&
  Object.keys(value).every((name) => required.includes(name) || optional.includes(name));

/** Reads siseri-signing-keys.json: {keys: Map of kid to key, log, roots}. Members that it does not know are left unread. */
export function readRegister(octets) {
  return given("Le fichier de clés est inutilisable", "The trust file cannot be used", () => {
    const document = JSON.parse(utf8(octets));
    const keys = document.keys.map(publishedKey);
    demand(keys.length && new Set(keys.map((key) => key.kid)).size === keys.length, "aucune clé, ou une clé deux fois", "no key, or one twice");
    const log = "log" in document ? publishedLog(document.log) : null;
    const roots = "timestamping" in document ? publishedRoots(document.timestamping) : null;
    return { keys: new Map(keys.map((key) => [key.kid, key])), log, roots };
  });
}

function publishedKey(entry) {
  const path = entry.x5c.map((one) => new X509Certificate(fromBase64(one)));
  const [certificate] = path;
  const jwk = certificate.publicKey.export({ format: "jwk" });
  demand(jwk.kty === "EC" && jwk.crv === "P-256", "une clé n'est pas sur P-256", "a key is not on P-256");
  // RFC 7638 §3.2, §3.3: the required members, in order
  const { crv, kty, x, y } = jwk;
  const kid = sha256(JSON.stringify({ crv, kty, x, y })).toString("base64url");
  const isItsKey = ["crv", "kty", "x", "y"].every((name) => entry[name] === jwk[name]) && entry.kid === kid;
  demand(isItsKey, "une entrée n'est pas la clé de son certificat", "an entry is not its certificate's key");
  // RFC 5280 §6.1.3: each was issued by the next
  const isPath = path.slice(1).every((above, below) => path[below].issuer === above.subject && path[below].verify(above.publicKey));
  demand(path.length <= 9 && isPath, "les certificats ne sont pas une chaîne", "the certificates are not a chain");
  const key = { kid, certificate, sha256: sha256(certificate.raw), ...validity(entry) };
  const [begin, end] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  demand(begin <= key.from && key.to <= end, "une clé sort des dates de son certificat", "a key is out of its certificate's dates");
  return key;
}

function validity(entry) {
  const [from, to] = [instant(entry.from), instant(entry.to)];
  demand(from <= to, "une clé n'est valide à aucun moment", "a key is valid at no time");
  return { from, to, compromisedAt: entry.compromisedAt === undefined ? null : instant(entry.compromisedAt) };
}

function publishedLog(member) {
  const isLog = Object.keys(member).sort().join() === "origin,vkeys" && typeof member.origin === "string";
  demand(isLog && member.vkeys.length, "le membre « log » est défectueux", "the member log is defective");
  const keys = member.vkeys.map((entry) => {
    demand(Object.keys(entry).every((name) => ["vkey", "from", "to", "compromisedAt"].includes(name)), "membre inconnu", "unknown member");
    const key = { ...readVkey(entry.vkey), ...validity(entry) };
    demand(key.type === LOG_KEY && key.name === member.origin, "une clé n'est pas de ce journal", "a key is not of this log");
    return key;
  });
  demand(new Set(keys.map((key) => key.id)).size === keys.length, "deux clés de même identifiant", "two keys of one id");
  return { origin: member.origin, keys };
}

function publishedRoots(member) {
  demand(Object.keys(member).join() === "roots" && member.roots.length, "le membre « timestamping » est défectueux", "the member timestamping is defective");
  return member.roots.map((root) => new X509Certificate(fromBase64(root)));
}

/** signed-note: not empty, no Unicode space, no plus; and no control character. */
const isKeyName = (name) =>
  name !== "" && [...name].length <= 255 && !/[\u0000-\u0020+\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(name);

/** signed-note, "Verifier keys": `<name>+<8 hex>+<base64 of type and key>`; the id is of name, type and key. */
function readVkey(text) {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([^]+)$/.exec(text) ?? [];
  demand(name !== undefined && isKeyName(name), "ce n'est pas une clé de vérification", "not a verifier key");
  const octets = fromBase64(encoded);
  const [type] = octets;
  demand(octets.length === 33 && [LOG_KEY, WITNESS_KEY].includes(type), "type de clé inconnu", "unknown type of key");
  demand(sha256(name, "\n", octets).toString("hex", 0, 4) === id, "identifiant de clé faux", "false key id");
  const x = octets.toString("base64url", 1);
  return { name, id, type, text, publicKey: createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" }), x };
}

/** Reads a tlog-policy: {logs, quorum}; a quorum is null, a witness, or {threshold, members}. */
export function readPolicy(octets) {
  return given("La politique de témoins est inutilisable", "The policy of witnesses cannot be used", () => {
    demand(octets.length <= MIB / 4, "trop longue", "too long");
    const text = utf8(octets);
    demand(text.endsWith("\n") && !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text), "ce n'est pas un texte", "not a text");
    const [known, members, witnesses, logs, quorums] = [new Map(), [], [], [], []];
    const define = (name, node) => {
      demand(name !== "none" && !known.has(name) && known.size < 256, "un nom figure deux fois", "a name is defined twice");
      known.set(name, node);
    };
    const defined = (name) => {
      demand(known.has(name), "un nom n'est pas défini", "a name is used before it is defined");
      return known.get(name);
    };
    for (const line of text.split("\n").map((one) => one.replace(/^[ \t]+|[ \t]+$/g, ""))) {
      if (line === "" || line.startsWith("#")) continue;
      const [word, ...rest] = line.split(/[ \t]+/);
      if (word === "log" && [1, 2].includes(rest.length)) logs.push(typed(rest[0], LOG_KEY));
      else if (word === "witness" && [2, 3].includes(rest.length)) {
        witnesses.push(typed(rest[1], WITNESS_KEY));
        define(rest[0], witnesses.at(-1));
      } else if (word === "group" && rest.length >= 2) define(rest[0], group(rest[1], rest.slice(2)));
      else if (word === "quorum" && rest.length === 1) quorums.push(rest[0] === "none" ? null : defined(rest[0]));
      else throw new Defect("une ligne n'est pas d'une politique", "not a line of a policy");
    }
    function typed(vkey, type) {
      const key = readVkey(vkey);
      demand(key.type === type, "une clé n'est pas de ce type", "a key is of another type");
      return key;
    }
    function group(asked, names) {
      members.push(...names);
      const threshold = { all: names.length, any: 1 }[asked] ?? (/^[1-9][0-9]{0,3}$/.test(asked) ? Number(asked) : 0);
      demand(threshold >= 1 && threshold <= names.length, "un groupe demande l'impossible", "a group asks the impossible");
      return { threshold, members: names.map(defined) };
    }
    const isDistinct = (list) => new Set(list).size === list.length;
    const once = [members, witnesses.map((key) => key.x), logs.map((key) => key.x)];
    demand(once.every(isDistinct) && quorums.length === 1, "une politique a un quorum, et rien deux fois", "a policy has one quorum, and nothing twice");
    return { logs, quorum: quorums[0] };
  });
}

const NO_WITNESS = { logs: [], quorum: null };
const witnessesOf = (node) => (node === null ? [] : node.members ? node.members.flatMap(witnessesOf) : [node]);

/** When enough had seen the checkpoint: the k-th earliest of k, so that fewer than k who lie make it no earlier. */
function metAt(node, seen) {
  if (node === null || !node.members) return seen.get(node) ?? null;
  const times = node.members.map((member) => metAt(member, seen)).filter((at) => at !== null);
  return times.sort((one, other) => one - other)[node.threshold - 1] ?? null;
}

function given(fr, en, read) {
  try {
    return read();
  } catch (error) {
    throw new CannotDo(`${fr} (${error.fr ?? error.name})`, `${en} (${error.en ?? error.name})`);
  }
}

function decimal(text) {
  demand(/^(?:0|[1-9][0-9]{0,18})$/.test(text) && BigInt(text) <= MAX_SIZE, "ce n'est pas un nombre", "not a decimal count");
  return BigInt(text);
}

function hash(text) {
  const octets = fromBase64(text);
  demand(octets.length === 32, "ce n'est pas une empreinte", "not a SHA-256 hash");
  return octets;
}

function readProof(octets) {
  demand(octets.length <= MIB + 16 * 1024, "trop long", "too long");
  const end = octets.indexOf("\n\n");
  demand(end >= 0, "aucune ligne vide", "no empty line");
  const lines = octets.toString("latin1", 0, end).split("\n");
  demand(lines.shift() === "c2sp.org/tlog-proof@v1", "ce n'est pas une preuve de version 1", "not a proof of version 1");
  const extra = lines[0]?.startsWith("extra ") ? fromBase64(lines.shift().slice(6)) : null;
  demand(extra === null || (extra.length && extra.length <= 4096), "données « extra » défectueuses", "defective extra data");
  demand(lines[0]?.startsWith("index "), "aucun index", "no index");
  const index = decimal(lines.shift().slice(6));
  demand(lines.length <= 63, "chemin trop long", "path too long");
  return { index, extra, path: lines.map(hash), ...readCheckpoint(octets.subarray(end + 2)) };
}

/** signed-note: text, empty line, signatures; tlog-checkpoint: origin, size, root, opaque lines. */
function readCheckpoint(octets) {
  demand(octets.length <= MIB, "relevé trop long", "checkpoint too long");
  const note = utf8(octets);
  demand(!/[\u0000-\u0009\u000b-\u001f]/.test(note), "caractère de contrôle", "control character");
  const end = note.lastIndexOf("\n\n");
  demand(end >= 0 && note.length > end + 2 && note.endsWith("\n"), "le relevé n'a pas de signatures", "no signatures under the checkpoint");
  const lines = note.slice(end + 2, -1).split("\n");
  demand(lines.length <= 100 && new Set(lines).size === lines.length, "trop de signatures, ou une deux fois", "too many signatures, or one twice");
  const body = note.slice(0, end).split("\n");
  demand(body.length >= 3 && body.every((line) => line !== ""), "relevé incomplet", "incomplete checkpoint");
  const [origin, size, root] = [body[0], decimal(body[1]), hash(body[2])];
  return { origin, size, root, text: note.slice(0, end + 1), signatures: lines.map(signatureLine) };
}

function signatureLine(line) {
  const [, name, encoded] = /^— ([^ ]*) ([^]*)$/.exec(line) ?? [];
  demand(name !== undefined && isKeyName(name), "ligne de signature défectueuse", "defective signature line");
  const octets = fromBase64(encoded);
  demand(octets.length > 4, "signature vide", "empty signature");
  return { name, id: octets.toString("hex", 0, 4), value: octets.subarray(4) };
}

/** Gives [key, what `check` gives] of each line by one of `keys`; a false one refuses all, others are passed over. */
function signedBy(keys, signatures, check) {
  const found = new Map();
  for (const line of signatures) {
    const key = keys.find((one) => one.name === line.name && one.id === line.id);
    if (key === undefined) continue;
    demand(!found.has(key), "une clé connue signe deux fois", "a known key signs twice");
    found.set(key, check(key, line.value));
  }
  return found;
}

function demandEd25519(key, message, signature) {
  const holds = signature.length === 64 && verifies(null, Buffer.from(message, "utf-8"), key.publicKey, signature);
  demand(holds, "la signature d'une clé connue est fausse", "the signature of a known key does not verify");
}

/** tlog-cosignature: 8 bytes of seconds, then Ed25519 over a header, that time and the checkpoint. Gives milliseconds. */
function cosignedAt(key, value, text) {
  const seconds = value.length === 72 ? value.readBigUInt64BE(0) : MAX_COSIGNED_S + 1n;
  demand(seconds <= MAX_COSIGNED_S, "ce n'est pas une signature datée", "not a timestamped signature");
  demandEd25519(key, `cosignature/v1\ntime ${seconds}\n${text}`, value.subarray(8));
  return Number(seconds) * 1000;
}

/** RFC 9162 §2.1.3.2; numbers are its steps. */
function isIncluded({ path, index, size, root }, leaf) {
  if (index >= size) return false; // 1
  let [fn, sn, r] = [index, size - 1n, leaf]; // 2, 3
  for (const p of path) {
    if (sn === 0n) return false; // 4
    if (fn & 1n || fn === sn) {
      r = sha256("\x01", p, r);
      while (!(fn & 1n) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else r = sha256("\x01", r, p);
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && r.equals(root); // 5
}

/** X.690 §8, §10, §11: one value at the head of `octets`, its parts read, each in the one spelling of DER. */
function element(octets, depth = 0) {
  const isDer = (condition) => demand(condition, "DER défectueux", "defective DER");
  isDer(depth <= 32 && octets.length >= 2 && (octets[0] & 0x1f) !== 0x1f);
  let [head, length] = [2, octets[1]];
  if (length >= 0x80) {
    head += length & 0x7f;
    isDer(length > 0x80 && length <= 0x84 && octets.length >= head && octets[2] !== 0);
    length = octets.readUIntBE(2, head - 2);
    isDer(length >= 0x80);
  }
  isDer(head + length <= octets.length);
  const [tag, raw, value, parts] = [octets[0], octets.subarray(0, head + length), octets.subarray(head, head + length), []];
  if (tag & 0x20) for (let rest = value; rest.length; rest = rest.subarray(parts.at(-1).raw.length)) parts.push(element(rest, depth + 1));
  const read = { tag, raw, value, parts };
  if (tag < 0x40) {
    isDer(tag & 0x20 ? tag === 0x30 || tag === 0x31 : ![0x00, 0x10, 0x11].includes(tag));
    isDer(tag !== 0x31 || isSorted(read));
    isDer(WELL_WRITTEN[tag]?.(value, tag) ?? true);
  }
  return read;
}

const isShortest = ([first, second]) =>
  first !== undefined && (second === undefined || first !== (second >= 0x80 ? 0xff : 0x00));
const WELL_WRITTEN = {
  0x01: (value) => value.length === 1 && (value[0] === 0x00 || value[0] === 0xff),
  0x02: (value) => isShortest(value),
  0x0a: (value) => isShortest(value),
  0x03: (value) => value.length > 0 && value[0] <= 7 && (value.length === 1 ? value[0] === 0 : (value.at(-1) & ((1 << value[0]) - 1)) === 0),
  0x05: (value) => value.length === 0,
  0x06: (value) => value.length > 0 && value.at(-1) < 0x80 && value.every((one, at) => one !== 0x80 || (at > 0 && value[at - 1] >= 0x80)),
  0x0c: (value) => utf8(value) !== null,
  0x17: (value, tag) => timeOf({ tag, value }) !== null,
  0x18: (value, tag) => timeOf({ tag, value }) !== null,
};

const isSorted = ({ parts }) => parts.every((one, at) => at === 0 || Buffer.compare(parts[at - 1].raw, one.raw) <= 0);
const tags = (node) => Buffer.from(node.parts.map((one) => one.tag)).toString("hex");

/** One value that takes all of the bytes. */
function whole(octets) {
  const read = element(octets);
  demand(read.raw.length === octets.length, "octets en trop", "bytes too many");
  return read;
}

/** The parts of a value of that tag; where `form` is given, their tags are of it. */
function inside(node, tag = 0x30, form = /^/) {
  demand(node?.tag === tag && form.test(tags(node)), "DER d'une autre forme", "DER of another form");
  return node.parts;
}

const leaf = (node, tag) => {
  demand(node?.tag === tag, "DER d'une autre forme", "DER of another form");
  return node.value;
};
const oid = (node) => leaf(node, 0x06).toString("hex");
const demandIs = (node, hex) => demand(node?.raw.toString("hex") === hex, "d'une autre version ou d'un autre type", "of another version or type");

/** Milliseconds of a UTCTime (RFC 5280 §4.1.2.5.1) or GeneralizedTime, cut to the millisecond. */
function timeOf({ tag, value }) {
  const text = value.toString("latin1");
  const century = tag !== 0x17 ? "" : text < "50" ? "20" : "19";
  demand(/^\d{12}Z$/.test(text) ? tag === 0x17 : tag === 0x18 && /^\d{14}(\.\d*[1-9])?Z$/.test(text), "ce n'est pas une heure", "not a time");
  const [, year, month, date, hour, minute, second, fraction] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?Z$/.exec(century + text);
  return instant(`${year}-${month}-${date}T${hour}:${minute}:${second}${(fraction ?? ".").slice(0, 4).padEnd(4, "0")}Z`);
}

/** RFC 5754 §2: the object identifier of a digest, which has no parameter. */
function digestOf(node) {
  const parts = inside(node, 0x30, /^06(05)?$/);
  demand(parts.length === 1 || parts[1].raw.length === 2, "une empreinte avec un paramètre", "a digest with a parameter");
  return oid(parts[0]);
}

/** RFC 5652 §5, RFC 3161 §2.4.2: a TimeStampToken, read and not yet believed. Its certificates and CRLs alone may stand in any order. */
function readToken(octets) {
  demand(octets.length <= MAX_TOKEN, "plus long qu'aucun horodatage", "longer than any time-stamp");
  const [kind, explicit] = inside(whole(octets), 0x30, /^06a0$/);
  demand(oid(kind) === "2a864886f70d010702", "ce n'est pas un jeton", "not a token");
  const [version, announced, encapsulated, ...more] = inside(inside(explicit, 0xa0, /^30$/)[0], 0x30, /^023130(a0)?(a1)?31$/);
  demandIs(version, "020103");
  const [type, boxed] = inside(encapsulated, 0x30, /^06a0$/);
  demand(oid(type) === "2a864886f70d0109100104", "ce n'est pas un horodatage", "not a time-stamp");
  const stated = leaf(inside(boxed, 0xa0, /^04$/)[0], 0x04);
  const [number, , imprint, , genTime] = inside(whole(stated), 0x30, /^0206300218(30)?(01)?(02)?(a0)?(a1)?$/);
  demandIs(number, "020101");
  const [algorithm, imprinted] = inside(imprint, 0x30, /^3004$/);
  const written = more.filter((one) => one.tag === 0xa0).flatMap((one) => one.parts);
  demand(written.length <= MAX_CERTIFICATES, "trop de certificats", "too many certificates");
  const [signer] = inside(more.at(-1), 0x31, /^30$/); // one, and no more
  const [signerVersion, sid, hash, attributes, signing, signature] = inside(signer, 0x30, /^023030a03004(a1)?$/);
  demandIs(signerVersion, "020101");
  demand(signer.parts.every((one) => ![0xa0, 0xa1].includes(one.tag) || isSorted(one)), "DER défectueux", "defective DER");
  const [issuer, serial] = inside(sid, 0x30, /^3002$/);
  const digest = digestOf(hash);
  demand(inside(announced, 0x31).map(digestOf).join() === digest, "une autre empreinte est annoncée", "another digest is announced");
  return {
    stated, at: timeOf(genTime), imprint: [digestOf(algorithm), imprinted.value], certificates: written.map(readCertificate),
    issuer: issuer.raw, serial: serial.raw, digest, algorithm: oid(inside(signing)[0]), signed: attributes.raw,
    attributes: once(attributes.parts.map((one) => inside(one, 0x30, /^0631$/)).map(([id, values]) => [oid(id), values.parts])), signature: signature.value,
  };
}

function once(entries) {
  const found = new Map(entries);
  demand(found.size === entries.length, "une partie deux fois", "a part twice");
  return found;
}

/** RFC 5280 §4.1: a certificate, every part of it in DER. */
function readCertificate(node) {
  const [tbs, outer] = inside(node, 0x30, /^303003$/);
  const [serial, inner, issuer, validity, subject] = inside(tbs, 0x30, /^(a0)?023030303030(81|a1)?(82|a2)?(a3)?$/).filter((one) => one.tag !== 0xa0);
  demand(inner.raw.equals(outer.raw), "deux algorithmes pour une signature", "two algorithms of one signature");
  if (tbs.parts[0].tag === 0xa0) demandIs(tbs.parts[0], "a003020102"); // version 3
  const boxes = tbs.parts.filter((one) => one.tag === 0xa3).map((one) => inside(one, 0xa3, /^30$/)[0]);
  const extensions = once(boxes.flatMap((box) => box.parts).map((one) => {
    const [id, ...rest] = inside(one, 0x30, /^06(01)?04$/);
    return [oid(id), { isCritical: rest.length === 2 && rest[0].value[0] === 0xff, octets: rest.at(-1).value }];
  }));
  const stated = (id) => (extensions.has(id) ? whole(extensions.get(id).octets) : undefined);
  const [usage, constraints, purposes] = ["551d0f", "551d13", "551d25"].map(stated);
  const [isAuthority, length] = [0x01, 0x02].map((tag) => (constraints ? inside(constraints, 0x30, /^(01)?(02)?$/) : []).find((one) => one.tag === tag));
  const [begin, end] = inside(validity, 0x30, /^(17|18){2}$/).map(timeOf);
  return {
    raw: node.raw, serial: serial.raw, issuer: issuer.raw, subject: subject.raw, begin, end, extensions,
    isAuthority: isAuthority?.value[0] === 0xff,
    pathLength: length && BigInt.asIntN(8 * length.value.length, BigInt(`0x${length.value.toString("hex")}`)),
    usage: usage && (leaf(usage, 0x03)[1] ?? 0),
    purposes: purposes ? inside(purposes).map(oid) : [],
  };
}

const mayUse = ({ usage }, bits) => usage === undefined || (usage & bits) !== 0; // RFC 5280 §4.2.1.3
const isValid = ({ begin, end }, at) => begin <= at && at <= end;
/** RFC 5280 §4.2: whoever does not honour a critical extension refuses it; constraints on names are not honoured here. */
const isPlain = ({ extensions }) =>
  !extensions.has("551d1e") && [...extensions].every(([id, { isCritical }]) => !isCritical || HONOURED.includes(id));

/** Whether one certificate issued another, under which are `count` authorities of other names; names as they are written (§4.1.2.6). */
function issued(above, below, count, at) {
  const may = above.isAuthority && mayUse(above, 0x04) && isPlain(above) && isValid(above, at);
  if (!may || (above.pathLength !== undefined && BigInt(count) > above.pathLength) || !above.subject.equals(below.issuer)) return false;
  try {
    return new X509Certificate(below.raw).verify(new X509Certificate(above.raw).publicKey);
  } catch {
    return false; // a key or a signature that node cannot use
  }
}

/** RFC 5280 §6.1, at that time: from the certificate, through those that came along, to one of the roots, which issued itself and
 * does not stamp. Each is looked above once: of authorities of one name and key there would be more paths than anybody can try. */
function leads(certificate, { certificates, at }, roots) {
  const anchors = roots.filter((root) => root.subject.equals(root.issuer) && !root.raw.equals(certificate.raw));
  if (!isPlain(certificate)) return false;
  const found = [[certificate, 0]];
  for (const [below, count] of found) {
    if (anchors.some((root) => issued(root, below, count, at))) return true;
    for (const above of certificates) {
      const isNew = !found.some(([one]) => one.raw.equals(above.raw));
      if (isNew && issued(above, below, count, at)) found.push([above, count + (above.issuer.equals(above.subject) ? 0 : 1)]);
    }
  }
  return false;
}

/** RFC 3161 §2.3, RFC 5816 §2.2.1: the certificate that the signer names, fit for time-stamping alone. */
function stamper(token) {
  const named = token.certificates.filter((one) => one.issuer.equals(token.issuer) && one.serial.equals(token.serial));
  demand(named.length === 1, "le certificat du signataire manque", "the signer's certificate does not come along");
  const [certificate] = named;
  const values = token.attributes.get("2a864886f70d010910022f") ?? [];
  demand(values.length === 1, "signingCertificateV2 manque", "no one signingCertificateV2");
  const [first, second] = inside(inside(inside(values[0])[0])[0]);
  const isNamed = first?.tag === 0x30; // else DEFAULT sha256
  demand(!isNamed || HASHES[digestOf(first)]?.name === "sha256", "signingCertificateV2 d'une autre empreinte", "signingCertificateV2 of another digest");
  demand(leaf(isNamed ? second : first, 0x04).equals(sha256(certificate.raw)), "signingCertificateV2 ne le nomme pas", "signingCertificateV2 does not name it");
  const isForTime = certificate.extensions.get("551d25")?.isCritical && certificate.purposes.join() === TIME_STAMPING;
  demand(isForTime, "son certificat n'est pas pour l'horodatage seul", "its certificate is not for time-stamping alone");
  demand(mayUse(certificate, 0xc0), "son certificat n'est pas pour signer", "its certificate is not for signatures");
  demand(isValid(certificate, token.at), "son certificat n'était pas valide", "its certificate was not valid at genTime");
  return certificate;
}

/** RFC 5652 §5.4: the signature over the attributes, and they over what is stated; by RSA (PKCS #1 v1.5) or ECDSA. */
function isSigned(token, { publicKey }) {
  const hash = HASHES[token.digest];
  const [kinds, digests] = ["2a864886f70d010903", "2a864886f70d010904"].map((type) => token.attributes.get(type) ?? []);
  if (hash === undefined || kinds.length !== 1 || digests.length !== 1 || digests[0].tag !== 0x04) return false;
  if (kinds[0].raw.toString("hex") !== "060b2a864886f70d0109100104") return false;
  if (!digests[0].value.equals(createHash(hash.name).update(token.stated).digest())) return false;
  const attributes = Buffer.concat([Buffer.from([0x31]), token.signed.subarray(1)]);
  return hash[publicKey.asymmetricKeyType]?.includes(token.algorithm) && verifies(hash.name, attributes, publicKey, token.signature);
}

/** A root as it is written; none where it is not in DER: it leads nowhere. */
function readRoot({ raw }) {
  try {
    return [readCertificate(whole(raw))];
  } catch (error) {
    if (error instanceof Defect) return [];
    throw error;
  }
}

/** The time-stamp over a text: {at, by}; null where no authority of these roots made it, which is as good as none. */
function timestamped(octets, text, roots) {
  let token, certificate;
  try {
    token = readToken(octets);
    const [algorithm, digest] = token.imprint;
    demand(HASHES[algorithm]?.name === "sha256" && digest.equals(sha256(text)), "horodatage d'autre chose", "the stamp is over another text");
    certificate = stamper(token);
  } catch (error) {
    throw error instanceof Defect ? error : new Defect("horodatage illisible", "a time-stamp that cannot be read");
  }
  try {
    const shown = new X509Certificate(certificate.raw);
    if (!isSigned(token, shown) || !leads(certificate, token, roots.flatMap(readRoot))) return null;
    return { at: token.at, by: shown.subject.replaceAll("\n", ", ") };
  } catch {
    return null; // a key or a signature that node cannot use: whoever made it is not known
  }
}

/** Proves a receipt: {steps, acknowledgement: Buffer, kid, seenAt, timestampedAt}; throws NotProved, or CannotDo. */
export function verify(octets, register, policy = NO_WITNESS, needsTimestamp = false) {
  const steps = [];
  const step = (prove) => {
    const number = steps.length + 1;
    try {
      const [found, value] = prove();
      steps.push({ number, fr: STEPS[number - 1][0], en: STEPS[number - 1][1], found });
      return value;
    } catch (error) {
      throw error instanceof Defect ? new NotProved(error.fr, error.en, number) : error;
    }
  };
  const receipt = proveSignature(octets, register, step);
  const times = proveLogged(receipt, register, policy, needsTimestamp, step);
  return { steps, acknowledgement: receipt.payload, kid: receipt.key.kid, ...times };
}

function proveSignature(octets, register, step) {
  const receipt = step(() => { // 1
    demand(octets.length <= 16 * MIB, "plus long qu'aucun accusé", "longer than any receipt");
    if (octets[0] === 0x7b) return [`${octets.length} o`, canonicalJson(octets)];
    const compact = octets.toString("latin1");
    demand(/^[\x00-\x7f]*$/.test(compact) && compact.split(".").length === 3, "ni JSON ni JWS", "neither a JSON document nor a JWS");
    return [`${octets.length} o, JWS`, compact];
  });
  const shown = step(() => { // 2
    if (typeof receipt === "string") return ["JWS", { compact: receipt }];
    const isReceipt = hasMembers(receipt, ["acknowledgement", "canonicalSha256", "signature"], ["proof"]);
    demand(isReceipt, "ce ne sont pas les membres d'un accusé", "not the members of a receipt");
    const { acknowledgement, canonicalSha256: digest, signature: compact, proof } = receipt;
    const areTyped = isObject(acknowledgement) && typeof digest === "string" && typeof compact === "string";
    demand(areTyped && (proof === undefined || isObject(proof)), "un membre d'un autre type", "a member of another type");
    demand(/^[0-9a-f]{64}$/.test(digest), "canonicalSha256 n'est pas une empreinte", "canonicalSha256 is not a digest");
    return [Object.keys(receipt).join(", "), { compact, acknowledgement: jcs(acknowledgement), digest, proof }];
  });
  const jws = step(() => { // 3: RFC 7515 §7.1
    const parts = shown.compact.split(".");
    demand(parts.length === 3 && parts[0].length <= 1024, "ce n'est pas un JWS compact", "not a compact JWS");
    const [header, payload, signature] = parts.map((part) => fromBase64(part, "base64url"));
    return [`${shown.compact.length} c`, { header, payload, signature, input: Buffer.from(`${parts[0]}.${parts[1]}`) }];
  });
  const named = step(() => { // 4: no key, algorithm or extension of the sender's choosing
    const profile = /^\{"alg":"ES256","typ":"siseri-ack\+jws","kid":"([A-Za-z0-9_-]{43})","x5t#S256":"([A-Za-z0-9_-]{43})"\}$/;
    const match = profile.exec(jws.header.toString("latin1"));
    demand(match !== null, "l'en-tête protégé est autre", "the protected header is another");
    return ["ES256, siseri-ack+jws", { kid: match[1], x5t: match[2] }];
  });
  const key = step(() => { // 5: RFC 7515 §4.1.8
    const trusted = register.keys.get(named.kid);
    demand(trusted !== undefined, "la clé n'est pas publiée", "the kid is not that of a trusted key");
    demand(trusted.sha256.toString("base64url") === named.x5t, "x5t#S256 est d'un autre certificat", "x5t#S256 is not the key's certificate");
    return [named.kid, trusted];
  });
  step(() => { // 6: RFC 7518 §3.4, r || s
    demand(jws.signature.length === 64, "la signature n'a pas 64 octets", "the signature is not 64 bytes");
    const holds = verifies("sha256", jws.input, { key: key.certificate.publicKey, dsaEncoding: "ieee-p1363" }, jws.signature);
    demand(holds, "la signature est fausse", "the signature does not verify");
    return [`ES256, ${jws.payload.length} o`];
  });
  const members = step(() => { // 7
    const isShown = shown.acknowledgement === undefined || shown.acknowledgement.equals(jws.payload);
    demand(isShown, "l'accusé montré n'est pas celui qui est signé", "the acknowledgement shown is not the one signed");
    const read = canonicalJson(jws.payload);
    demand(isObject(read), "ce qui est signé n'est pas un accusé", "what is signed is not an acknowledgement");
    return [`${jws.payload.length} o`, read];
  });
  const digest = sha256(jws.payload);
  step(() => { // 8
    const isIts = shown.digest === undefined || shown.digest === digest.toString("hex");
    demand(isIts, "canonicalSha256 est autre", "canonicalSha256 is another");
    return [digest.toString("hex")];
  });
  const decidedAt = step(() => { // 9
    const at = instant(members.decidedAt);
    demand(at >= key.from && at <= key.to, "daté hors de la validité de la clé", "dated out of its key's validity");
    demand(key.compromisedAt === null || at < key.compromisedAt, "daté après la compromission de la clé", "dated after its key was compromised");
    const test = members.test === true ? " ; essai sans valeur / a test, proof of nothing" : "";
    return [`${instantText(at)} (${instantText(key.from)} – ${instantText(key.to)})${test}`, at];
  });
  return { payload: jws.payload, digest, key, decidedAt, proof: shown.proof };
}

function proveLogged({ digest, key, decidedAt, proof: member }, register, policy, needsTimestamp, step) {
  const { log } = register;
  const wasThere = log !== null && decidedAt >= log.keys[0].from; // every answer since has a proof: a thief would leave it out
  step(() => { // 10
    const isNeeded = policy.quorum !== null || needsTimestamp || wasThere;
    const isUndated = key.compromisedAt !== null && member === undefined && !isNeeded;
    demand(!isUndated, ...UNDATED);
    if (member === undefined && !isNeeded) return ["avant le journal : la parole du signataire seul / before the log: the signer's word alone"];
    demand(member !== undefined, "aucune preuve du journal, et il en faut une", "no proof of the log, and one is needed");
    demand(hasMembers(member, ["log", "index", "size", "inclusion"], ["timestamp"]), "« proof » a d'autres membres", "proof has other members");
    const areTexts = ["log", "inclusion", "timestamp"].every((name) => typeof (member[name] ?? "") === "string");
    const areCounts = ["index", "size"].every((name) => typeof member[name] === "number" && member[name] >= 0);
    demand(areTexts && areCounts, "un membre de « proof » d'un autre type", "a member of proof of another type");
    const isStamped = Object.hasOwn(member, "timestamp");
    demand(!isStamped || fromBase64(member.timestamp).length, "horodatage vide", "empty timestamp");
    return [Object.keys(member).join(", ")];
  });
  if (member === undefined) return { seenAt: null, timestampedAt: null };
  if (log === null) throw new CannotDo("Le fichier de clés ne nomme aucun journal : prenez-en une copie à jour", "The trust file names no log: take a newer copy");
  const proof = step(() => [`${member.inclusion.length} c`, readProof(Buffer.from(member.inclusion, "utf-8"))]); // 11
  const leaf = step(() => { // 12: RFC 2104; RFC 9162 §2.1.1
    demand(proof.extra?.length === 32, "« extra » n'est pas le sel d'une entrée", "the extra data is not the salt of an entry");
    const commitment = createHmac("sha256", proof.extra).update(KIND).update(digest).digest("base64");
    const hashed = sha256("\x00", KIND, commitment, "\n");
    return [hashed.toString("hex"), hashed];
  });
  const signed = step(() => { // 13: signed-note, tlog-checkpoint
    demand(proof.origin === log.origin, "relevé d'un autre journal", "a checkpoint of another log");
    demand(proof.size > 0n || proof.root.equals(sha256("")), "racine impossible", "the root of an empty log is another");
    const keys = log.keys.filter((one) => !policy.logs.length || policy.logs.some((trusted) => trusted.text === one.text));
    const found = [...signedBy(keys, proof.signatures, (one, value) => demandEd25519(one, proof.text, value)).keys()];
    demand(found.length, "aucune clé connue du journal n'a signé", "no known key signed");
    return [`${log.origin} ${found.map((one) => one.id).join(", ")}`, found];
  });
  step(() => { // 14
    demand(isIncluded(proof, leaf), "l'entrée n'est pas dans l'arbre du relevé", "the entry is not in the tree of the checkpoint");
    return [`${proof.index} / ${proof.size}`];
  });
  const metWitnesses = step(() => { // 15: tlog-cosignature, tlog-policy
    const seen = signedBy(witnessesOf(policy.quorum), proof.signatures, (one, value) => cosignedAt(one, value, proof.text));
    if (policy.quorum === null) return ["aucun témoin demandé : le journal seul le dit / no witness asked for: the log's word alone", null];
    const at = metAt(policy.quorum, seen);
    demand(at !== null, "moins de témoins que la politique n'en demande", "fewer witnesses cosigned than the policy asks for");
    return [[...seen].map(([one, when]) => `${one.name} ${instantText(when)}`).join(", "), at];
  });
  const timestampedAt = step(() => { // 16: RFC 3161; one that nobody trusted made is as good as none
    const hasToken = member.timestamp !== undefined;
    const stamp = hasToken && register.roots ? timestamped(fromBase64(member.timestamp), proof.text, register.roots) : null;
    if (stamp !== null) return [`${instantText(stamp.at)}, ${stamp.by}`, stamp.at];
    demand(!needsTimestamp, "un horodatage reconnu est exigé, et il n'y en a pas", "a time-stamp that counts is asked for, and there is none");
    return [hasToken ? "non jugé : d'aucune autorité reconnue / not judged: of no trusted authority" : "aucun horodatage / no time-stamp", null];
  });
  const seenAt = [metWitnesses, timestampedAt].filter((at) => at !== null).sort((one, other) => one - other)[0] ?? null;
  step(() => { // 17: it signed between the decision and the sight
    const inTime = signed.filter((one) => decidedAt <= one.to && (seenAt === null || one.from <= seenAt + CLOCK_TOLERANCE_MS));
    demand(inTime.length, "clé du journal hors de sa validité", "the log's key was out of its validity");
    const believed = inTime.filter((one) => one.compromisedAt === null || (seenAt !== null && seenAt < one.compromisedAt));
    demand(believed.length, "clé du journal compromise, et rien ne montre une date antérieure", "the log's key was compromised, and nothing shows an earlier time");
    return [believed.map((one) => one.id).join(", ")];
  });
  step(() => { // 18: `decidedAt` is the signer's claim, the time seen is of others; before the log nobody could see it
    if (seenAt === null) return ["une date fausse n'est pas exclue / a false date is not excluded"];
    demand(decidedAt <= seenAt + CLOCK_TOLERANCE_MS, "décidé après avoir été vu dans le journal", "decided after it was seen in the log");
    demand(seenAt - Math.max(decidedAt, log.keys[0].from) <= MAX_DELAY_MS, "vu trop longtemps après sa décision : peut être antidaté", "first seen too long after its decision: it may be dated back");
    return [`${instantText(decidedAt)}, ${instantText(seenAt)}`];
  });
  step(() => { // 19
    const isSame = member.log === proof.origin && BigInt(member.index) === proof.index && BigInt(member.size) === proof.size;
    demand(isSame, "« proof » dit autre chose que son texte", "the member proof states other than its text");
    return [`${proof.origin}, ${proof.index}, ${proof.size}`];
  });
  step(() => { // 20: who stole the key can date at will, but is seen late
    if (key.compromisedAt === null) return ["–"];
    demand(seenAt !== null, ...UNDATED);
    demand(seenAt < key.compromisedAt, "vu après la compromission de la clé", "first seen after its key was compromised");
    return [`${instantText(seenAt)} < ${instantText(key.compromisedAt)}`];
  });
  return { seenAt, timestampedAt };
}

/** What the words of a command ask for; one that is not understood is left to nobody's guess. */
function asked(words) {
  try {
    const [one, file] = [{ type: "boolean", multiple: true }, { type: "string", multiple: true }];
    const options = { json: one, "require-timestamp": one, trust: file, policy: file };
    const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
    const isClear = Object.values(values).every((given) => given.length === 1 && given[0] !== "");
    if (isClear && values.trust && positionals.length === 1 && positionals[0] !== "") {
      const flat = Object.entries(values).map(([name, [value]]) => [name, value]);
      return { ...Object.fromEntries(flat), receipt: positionals[0] };
    }
  } catch (error) {
    if (!error.code?.startsWith("ERR_PARSE_ARGS_")) throw error;
  }
  throw new CannotDo(`Usage : ${USAGE}`, `Usage: ${USAGE}`);
}

function main(words) {
  let options = { json: words.includes("--json") };
  try {
    options = asked(words);
    const read = (name) => given("Fichier illisible", "The file cannot be read", () => readFileSync(name));
    const policy = options.policy === undefined ? NO_WITNESS : readPolicy(read(options.policy));
    const proved = verify(read(options.receipt), readRegister(read(options.trust)), policy, options["require-timestamp"]);
    const [seenAt, timestampedAt] = [proved.seenAt, proved.timestampedAt].map((at) => (at === null ? null : instantText(at)));
    tell(options.json, { proved: true, kid: proved.kid, seenAt, timestampedAt,
      steps: proved.steps, acknowledgement: JSON.parse(proved.acknowledgement) }, () => {
      for (const { number, fr, en, found } of proved.steps) console.log(`${String(number).padStart(2)}  ${fr} / ${en} : ${found}`);
      console.log("Prouvé. Lisez l'accusé ci-dessous. / Proved. Read the acknowledgement below.");
      console.log(proved.acknowledgement.toString("utf-8"));
    });
    return 0;
  } catch (error) {
    if (!(error instanceof Told)) throw error;
    const isJudged = error instanceof NotProved;
    tell(options.json, { proved: false, ...(isJudged ? { step: error.step } : {}), reason: { fr: error.fr, en: error.en } }, () => {
      console.log(isJudged ? `Cet accusé ne prouve rien : étape ${error.step}, ${error.fr}.` : `${error.fr}.`);
      console.log(isJudged ? `This receipt proves nothing: step ${error.step}, ${error.en}.` : `${error.en}.`);
    });
    return isJudged ? 2 : 3;
  }
}

function tell(asJson, document, inWords) {
  if (asJson) console.log(JSON.stringify(document));
  else inWords();
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) process.exitCode = main(process.argv.slice(2));
