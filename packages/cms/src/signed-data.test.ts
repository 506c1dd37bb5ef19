/** Signatures on documents: made, put together, opened, and everything that must not be believed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareBytes, equalBytes, hexToBytes } from '@kabina/crypto/bytes';
import { streebog256 } from '@kabina/crypto/streebog';
import { sha256, sha384 } from '@noble/hashes/sha2.js';
import {
  type Attribute,
  CertificateChoices,
  EncapsulatedContent,
  RevocationInfoChoices,
  type SignerInfo,
} from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { Certificate as Asn1Certificate } from '@peculiar/asn1-x509';
import fc from 'fast-check';
import { changeSignedData, forgeCertificate, forgeSigner } from '../test/forge.ts';
import { ALGORITHMS, CONTENT, member, NOW, sign, validity } from '../test/people.ts';
import { encodeSignature, generateKey, issue } from './authority.ts';
import { parseCertificate } from './certificate.ts';
import { element, encode, sortSet } from './der.ts';
import { CmsError } from './errors.ts';
import { mergeSignedData, openSignedData, prepareSignature } from './signed-data.ts';

const refusedAs = (code: string) => (error: unknown) =>
  error instanceof CmsError && error.code === code;
const bytes = (text: string) => new TextEncoder().encode(text);

const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.47';
const ROLE = { oid: '1.2.3.4.5', value: element(0x0c, bytes('председатель')) };

test('a signature says who has signed, when, and what else was signed', () => {
  for (const algorithm of ALGORITHMS) {
    const one = member(algorithm);
    const p7s = sign(one, CONTENT, { signingTime: NOW, attributes: [ROLE] });
    const certificate = parseCertificate(one.certificate);
    assert.deepEqual(openSignedData(p7s, CONTENT), [
      { certificate, signingTime: NOW, attributes: [ROLE] },
    ]);
    const [timeless] = openSignedData(sign(one, CONTENT), CONTENT);
    assert.equal(timeless?.signingTime, undefined);
    assert.deepEqual(timeless?.attributes, []);
  }
});

test('a stranger’s file is refused before its signatures are verified', () => {
  const [one, two] = [member('ecdsa-p256'), member('ecdsa-p384')];
  const both = mergeSignedData([sign(one, CONTENT), sign(two, CONTENT)]);
  assert.throws(
    () => openSignedData(both, CONTENT, { mostSigners: 1 }),
    refusedAs('cms.too-large'),
  );
  assert.equal(openSignedData(both, CONTENT, { mostSigners: 2 }).length, 2);
  // The signature is of another content: had it been looked at first, it would have said so.
  const admit = (): never => {
    throw new RangeError('a stranger');
  };
  assert.throws(() => openSignedData(sign(one, bytes('other')), CONTENT, { admit }), RangeError);
});

test('what a token is asked to sign is the digest of the attributes, or for Ed25519 they', () => {
  const inputs = ALGORITHMS.map((algorithm) => {
    const { certificate } = member(algorithm);
    return prepareSignature({ certificate, content: CONTENT }).input;
  });
  assert.deepEqual(
    inputs.map((input) => input.length),
    [32, 48, inputs[2]?.length, 32],
  );
  assert.equal(inputs[2]?.[0], 0x31);
  const one = member('gost3410-2012-256');
  const { input } = prepareSignature({ certificate: one.certificate, content: CONTENT });
  const hashes = [streebog256, sha256, sha384];
  assert.ok(hashes.every((hash) => !equalBytes(input, hash(CONTENT))));
});

test('a signature of another key, or of something else, is not finished', () => {
  for (const algorithm of ALGORITHMS) {
    const { certificate, key } = member(algorithm);
    const { input, finish } = prepareSignature({ certificate, content: CONTENT });
    const other = generateKey(algorithm);
    const bad = refusedAs('cms.signature');
    assert.throws(() => finish(encodeSignature(algorithm, other.sign(input))), bad);
    assert.throws(() => finish(new Uint8Array(64)), bad);
    assert.throws(() => finish(new Uint8Array(0)), bad);
    const another = prepareSignature({ certificate, content: CONTENT.subarray(1) });
    assert.throws(() => finish(encodeSignature(algorithm, key.sign(another.input))), bad);
  }
});

test('attributes that are not the caller’s to give, or no DER', () => {
  const { certificate } = member('ed25519');
  const bad = refusedAs('cms.attribute');
  for (const attributes of [
    [ROLE, ROLE],
    [{ ...ROLE, oid: MESSAGE_DIGEST }],
    [{ ...ROLE, oid: '1.2.840.113549.1.9.5' }],
    [{ ...ROLE, oid: 'role' }],
    [{ ...ROLE, value: new Uint8Array([4, 0x81, 1, 0]) }],
    [{ ...ROLE, value: new Uint8Array(0) }],
  ]) {
    assert.throws(() => prepareSignature({ certificate, content: CONTENT, attributes }), bad);
    const signingTime = NOW;
    assert.throws(
      () => prepareSignature({ certificate, content: CONTENT, attributes, signingTime }),
      bad,
    );
  }
  const never = { certificate, content: CONTENT, signingTime: new Date(NaN) };
  assert.throws(() => prepareSignature(never), refusedAs('cms.time'));
});

test('attributes of any DER come back as they were, in one order', () => {
  const one = member('ed25519');
  const value = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((content) => element(0x04, content)),
    fc.string().map((text) => element(0x0c, bytes(text.toWellFormed()))),
    fc.constant(element(0x05)),
    fc.uint8Array({ maxLength: 9 }).map((content) => element(0x30, element(0x84, content))),
  );
  const attributes = fc.uniqueArray(
    fc.tuple(fc.nat(100_000), value).map(([arc, der]) => ({ oid: `1.2.643.${arc}`, value: der })),
    { selector: ({ oid }) => oid, maxLength: 4 },
  );
  fc.assert(
    fc.property(attributes, (given) => {
      const [signer] = openSignedData(sign(one, CONTENT, { attributes: given }), CONTENT);
      const byOid = (a: { oid: string }, b: { oid: string }) => (a.oid < b.oid ? -1 : 1);
      assert.deepEqual([...(signer?.attributes ?? [])].sort(byOid), [...given].sort(byOid));
    }),
    { numRuns: 60 },
  );
});

test('signing times before 1950 and after 2049 have the other form', () => {
  const one = member('ed25519');
  for (const year of ['1949', '1950', '2049', '2050', '9999']) {
    const signingTime = new Date(`${year}-12-31T23:59:59Z`);
    const [signer] = openSignedData(sign(one, CONTENT, { signingTime }), CONTENT);
    assert.deepEqual(signer?.signingTime, signingTime);
  }
});

test('several sign one document', () => {
  const members = [...ALGORITHMS, 'ecdsa-p256' as const].map((algorithm) => member(algorithm));
  const parts = members.map((one) => sign(one, CONTENT, { signingTime: NOW }));
  const merged = mergeSignedData(parts);
  const signers = openSignedData(merged, CONTENT);
  assert.deepEqual(
    sortSet(signers.map(({ certificate }) => certificate.der)),
    sortSet(members.map(({ certificate }) => certificate)),
  );
  // In any order, by any steps, with repetitions.
  assert.deepEqual(mergeSignedData([...parts].reverse()), merged);
  const [first, ...rest] = parts as [Uint8Array, ...Uint8Array[]];
  assert.deepEqual(mergeSignedData([mergeSignedData(rest), first, first, merged]), merged);
  assert.deepEqual(mergeSignedData([first]), first);
  assert.throws(() => openSignedData(merged, CONTENT.subarray(1)), refusedAs('cms.digest'));
});

test('one that signed another document spoils all', () => {
  const other = sign(member('ecdsa-p256'), bytes('другой протокол'));
  const merged = mergeSignedData([sign(member('ecdsa-p256'), CONTENT), other]);
  assert.throws(() => openSignedData(merged, CONTENT), refusedAs('cms.digest'));
});

test('nobody, the same person twice, and too many', () => {
  const one = member('ed25519');
  const [a, b] = [sign(one, CONTENT), sign(one, CONTENT)];
  assert.throws(() => mergeSignedData([]), refusedAs('cms.signers'));
  assert.throws(() => mergeSignedData([a, b]), refusedAs('cms.signers'));
  const crowd = Array.from({ length: 65 }, () =>
    sign(member('ed25519', 'А', one.authority), CONTENT),
  );
  assert.throws(() => mergeSignedData(crowd), refusedAs('cms.too-large'));
  assert.equal(openSignedData(mergeSignedData(crowd.slice(1)), CONTENT).length, 64);
});

test('what only its signer could make wrong is refused', () => {
  for (const algorithm of ['ecdsa-p256', 'gost3410-2012-256'] as const) {
    const one = member(algorithm);
    const p7s = sign(one, CONTENT, { signingTime: NOW });
    const isOf = (type: string) => (attribute: Attribute) => attribute.attrType === type;
    const drop = (type: string) => (signer: SignerInfo) => {
      signer.signedAttrs = signer.signedAttrs?.filter((found) => !isOf(type)(found)) ?? [];
    };
    const sorted = (signer: SignerInfo) =>
      signer.signedAttrs?.sort((x, y) => compareBytes(encode(x), encode(y)));
    const set = (type: string, value: Uint8Array) => (signer: SignerInfo) => {
      const found = signer.signedAttrs?.find(isOf(type));
      if (found) found.attrValues = [value.slice().buffer];
      sorted(signer);
    };
    const twice = (type: string) => (signer: SignerInfo) => {
      const found = signer.signedAttrs?.find(isOf(type));
      if (found) signer.signedAttrs?.push(found);
      sorted(signer);
    };
    const cases: [string, string, (signer: SignerInfo) => void][] = [
      ['no content type', 'cms.attribute', drop(CONTENT_TYPE)],
      ['no digest', 'cms.attribute', drop(MESSAGE_DIGEST)],
      ['no signing certificate', 'cms.attribute', drop(SIGNING_CERTIFICATE)],
      ['no attributes', 'cms.attribute', (signer) => delete signer.signedAttrs],
      ['the digest twice', 'cms.attribute', twice(MESSAGE_DIGEST)],
      [
        'a digest with two values',
        'cms.attribute',
        (signer) => {
          const found = signer.signedAttrs?.find(isOf(MESSAGE_DIGEST));
          found?.attrValues.push(found.attrValues[0] as ArrayBuffer);
          sorted(signer);
        },
      ],
      [
        'another content type',
        'cms.attribute',
        set(CONTENT_TYPE, element(0x06, new Uint8Array([42]))),
      ],
      ['another digest', 'cms.digest', set(MESSAGE_DIGEST, element(0x04, new Uint8Array(32)))],
      ['a short digest', 'cms.digest', set(MESSAGE_DIGEST, element(0x04, new Uint8Array(31)))],
      ['no certificate named', 'cms.attribute', set(SIGNING_CERTIFICATE, hexToBytes('30023000'))],
      [
        'another certificate named',
        'cms.signing-certificate',
        set(SIGNING_CERTIFICATE, hexToBytes(`3026302430220420${'00'.repeat(32)}`)),
      ],
      [
        'another serial number named',
        'cms.signing-certificate',
        (signer) => {
          const digest = element(0x04, sha256(one.certificate));
          const { issuer } = AsnConvert.parse(one.certificate, Asn1Certificate).tbsCertificate;
          const names = element(0x30, element(0xa4, encode(issuer)));
          const serial = element(0x30, names, hexToBytes('020101'));
          const id = element(0x30, element(0x30, element(0x30, digest, serial)));
          set(SIGNING_CERTIFICATE, id)(signer);
        },
      ],
      ['attributes in another order', 'cms.der', (signer) => signer.signedAttrs?.reverse()],
    ];
    for (const [why, code, change] of cases) {
      const forged = forgeSigner(p7s, one.key, change);
      assert.throws(() => openSignedData(forged, CONTENT), refusedAs(code), why);
    }
  }
});

test('what anybody could change is refused', () => {
  const one = member('ecdsa-p256');
  const p7s = sign(one, CONTENT, { signingTime: NOW });
  const other = member('ecdsa-p256', 'Иванова Анна Петровна', one.authority);
  const anotherKey = (certificate: Uint8Array) =>
    changeSignedData(p7s, (data) => {
      const [choice] = data.certificates ?? [];
      if (choice) choice.certificate = AsnConvert.parse(certificate, Asn1Certificate);
    });
  // A certificate of another key that says it is the same.
  const serial = AsnConvert.parse(one.certificate, Asn1Certificate).tbsCertificate.serialNumber;
  const swapped = forgeCertificate(other.certificate, one.authority.key, (tbs) => {
    tbs.serialNumber = serial;
  });
  assert.throws(
    () => openSignedData(anotherKey(swapped), CONTENT),
    refusedAs('cms.signing-certificate'),
  );
  assert.throws(
    () => openSignedData(anotherKey(other.certificate), CONTENT),
    refusedAs('cms.certificates'),
  );
  // The same key in another certificate.
  const again = issue(one.authority, { name: 'Кто-то', ...one.key, ...validity });
  const renamed = forgeCertificate(again, one.authority.key, (tbs) => (tbs.serialNumber = serial));
  assert.throws(
    () => openSignedData(anotherKey(renamed), CONTENT),
    refusedAs('cms.signing-certificate'),
  );

  const change = (edit: Parameters<typeof changeSignedData>[1], code: string, why: string) => {
    assert.throws(() => openSignedData(changeSignedData(p7s, edit), CONTENT), refusedAs(code), why);
  };
  const stray = new CertificateChoices({
    certificate: AsnConvert.parse(other.certificate, Asn1Certificate),
  });
  change((data) => delete data.certificates, 'cms.certificates', 'no certificates');
  change(
    ({ certificates }) => {
      certificates?.push(stray);
      certificates?.sort((x, y) => compareBytes(encode(x), encode(y)));
    },
    'cms.certificates',
    'a certificate of nobody',
  );
  change(
    ({ certificates }) => certificates?.push(...(certificates ?? [])),
    'cms.certificates',
    'a certificate twice',
  );
  change(({ signerInfos }) => (signerInfos.length = 0), 'cms.signers', 'no signers');
  change(({ signerInfos }) => signerInfos.push(...signerInfos), 'cms.signers', 'a signer twice');
  change(
    ({ signerInfos: [signer] }) =>
      (signer!.unsignedAttrs = (signer!.signedAttrs ?? []).slice(0, 1)),
    'cms.unprotected',
    'an unsigned attribute',
  );
  change((data) => (data.crls = new RevocationInfoChoices()), 'cms.unprotected', 'revocation list');
  change((data) => (data.version = 3), 'cms.der', 'another version');
  change(({ signerInfos: [signer] }) => (signer!.version = 3), 'cms.signers', 'version of signer');
  change(
    ({ encapContentInfo }) =>
      (encapContentInfo.eContent = new EncapsulatedContent({ single: new OctetString(CONTENT) })),
    'cms.attached',
    'the content inside',
  );
  const sha512 = '2.16.840.1.101.3.4.2.3';
  change(
    ({ digestAlgorithms: [announced] }) => (announced!.algorithm = sha512),
    'cms.algorithm',
    'another digest is announced',
  );
  change(
    ({ digestAlgorithms }) => digestAlgorithms.push(...digestAlgorithms),
    'cms.algorithm',
    'a digest is announced twice',
  );
  change(
    ({ digestAlgorithms: [announced], signerInfos: [signer] }) => {
      announced!.algorithm = sha512;
      signer!.digestAlgorithm.algorithm = sha512;
    },
    'cms.algorithm',
    'two digests for one signature',
  );
  change(
    ({ signerInfos: [signer] }) => (signer!.signatureAlgorithm.algorithm = '1.3.101.112'),
    'cms.algorithm',
    'an algorithm of other keys',
  );
  change(
    ({ signerInfos: [signer] }) => (signer!.signature = new OctetString(new Uint8Array(70))),
    'cms.signature',
    'another signature',
  );
});

test('a NULL where others write nothing is read', () => {
  const p7s = sign(member('gost3410-2012-256'), CONTENT);
  const withNull = changeSignedData(
    p7s,
    ({ digestAlgorithms: [announced], signerInfos: [signer] }) => {
      announced!.parameters = null;
      signer!.digestAlgorithm.parameters = null;
      signer!.signatureAlgorithm.parameters = null;
    },
  );
  assert.equal(openSignedData(withNull, CONTENT).length, 1);
});

test('changed or cut signatures are refused, and nothing but CmsError is thrown', () => {
  for (const algorithm of ALGORITHMS) {
    const p7s = sign(member(algorithm), CONTENT, { signingTime: NOW, attributes: [ROLE] });
    const isRefused = (der: Uint8Array, content = CONTENT) => {
      try {
        openSignedData(der, content);
        return false;
      } catch (error) {
        if (error instanceof CmsError) return true;
        throw error;
      }
    };
    assert.equal(isRefused(p7s), false);
    fc.assert(
      fc.property(
        fc.nat(p7s.length - 1),
        fc.nat(7),
        fc.uint8Array(),
        fc.nat(CONTENT.length - 1),
        (at, bit, random, where) => {
          const bad = p7s.slice();
          bad[at] = (bad[at] as number) ^ (1 << bit);
          assert.ok(isRefused(bad), `bit ${bit} of byte ${at}`);
          assert.ok(isRefused(p7s.subarray(0, at)));
          assert.ok(isRefused(random));
          const content = CONTENT.slice();
          content[where] = (content[where] as number) ^ (1 << bit);
          assert.ok(isRefused(p7s, content));
          assert.ok(isRefused(p7s, CONTENT.subarray(0, where)));
        },
      ),
      { numRuns: 40 },
    );
  }
});
