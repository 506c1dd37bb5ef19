/** Certificates: what is read, what is refused, and which authority is believed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesToHex, utf8ToBytes } from '@kabina/crypto/bytes';
import { OctetString } from '@peculiar/asn1-schema';
import {
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Extension,
  id_ce_basicConstraints,
  id_ce_keyUsage,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  type TBSCertificate,
} from '@peculiar/asn1-x509';
import fc from 'fast-check';
import { forgeCertificate } from '../test/forge.ts';
import { ALGORITHMS, member, type Member, NOW, validity } from '../test/people.ts';
import { createAuthority, encodeSignature, generateKey, issue } from './authority.ts';
import { digestOf, signatureInput } from './algorithms.ts';
import { checkCertificate, parseCertificate, verifySignature } from './certificate.ts';
import { element, encode } from './der.ts';
import { CmsError } from './errors.ts';

const refusedAs = (code: string) => (error: unknown) =>
  error instanceof CmsError && error.code === code;

function check({ certificate, authority }: Member, at = NOW): string | undefined {
  return checkCertificate(
    parseCertificate(certificate),
    parseCertificate(authority.certificate),
    at,
  );
}

/** The member with another certificate, which the authority has signed. */
function forged(one: Member, change: (tbs: TBSCertificate) => void): Member {
  return { ...one, certificate: forgeCertificate(one.certificate, one.authority.key, change) };
}

/** The member under an authority whose root says something else. */
function underForged(one: Member, change: (tbs: TBSCertificate) => void): Member {
  const certificate = forgeCertificate(one.authority.certificate, one.authority.key, change);
  return { ...one, authority: { ...one.authority, certificate } };
}

function setExtension(extnID: string, value: object, critical = true) {
  return (tbs: TBSCertificate) => {
    const extensions = tbs.extensions ?? [];
    const at = extensions.findIndex((one) => one.extnID === extnID);
    const made = new Extension({ extnID, critical, extnValue: new OctetString(encode(value)) });
    if (at < 0) extensions.push(made);
    else extensions[at] = made;
  };
}

function dropExtension(extnID: string) {
  return (tbs: TBSCertificate) => {
    const at = tbs.extensions?.findIndex((one) => one.extnID === extnID) ?? -1;
    tbs.extensions?.splice(at, 1);
  };
}

const named = (...parts: [string, string][]) =>
  new Name(
    parts.map(
      ([type, utf8String]) =>
        new RelativeDistinguishedName([
          new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String }) }),
        ]),
    ),
  );

test('a certificate says whose it is, which key, and how long', () => {
  for (const algorithm of ALGORITHMS) {
    const { certificate, key, authority } = member(algorithm, 'Ахметова Әсел');
    const parsed = parseCertificate(certificate);
    assert.deepEqual(parsed.der, certificate);
    assert.equal(parsed.subject.commonName, 'Ахметова Әсел');
    assert.equal(parsed.algorithm, algorithm);
    assert.deepEqual(parsed.publicKey, key.publicKey);
    assert.deepEqual(parsed.notBefore, validity.notBefore);
    assert.deepEqual(parsed.notAfter, validity.notAfter);
    assert.equal(parsed.isAuthority, false);
    assert.deepEqual([...(parsed.keyUsage ?? [])].sort(), ['digitalSignature', 'nonRepudiation']);
    const root = parseCertificate(authority.certificate);
    assert.deepEqual(parsed.issuerDer, root.subjectDer);
    assert.notDeepEqual(parsed.subjectDer, root.subjectDer);
    assert.equal(root.isAuthority, true);
    assert.match(parsed.serial, /^[4-7][0-9a-f]{31}$/);
  }
});

test('certificates of every algorithm are good under authorities of every algorithm', () => {
  for (const top of ALGORITHMS) {
    const authority = createAuthority({ algorithm: top, name: 'УЦ', ...validity });
    for (const algorithm of ALGORITHMS)
      assert.equal(check(member(algorithm, 'Пётр', authority)), undefined);
  }
});

test('a name is the common name, or surname and given name, and can be shown', () => {
  const one = member('ed25519');
  const nameOf = (...parts: [string, string][]) =>
    parseCertificate(forged(one, (tbs) => (tbs.subject = named(...parts))).certificate).subject
      .commonName;
  const [cn, sn, gn] = ['2.5.4.3', '2.5.4.4', '2.5.4.42'];
  assert.equal(nameOf([sn, 'Иванова'], [gn, 'Анна Петровна']), 'Иванова Анна Петровна');
  assert.equal(nameOf([sn, 'Иванова'], [cn, 'УИК № 7'], [gn, 'Анна']), 'УИК № 7');
  assert.equal(nameOf([sn, 'Иванова']), 'Иванова');
  // As qualified certificates have it: a taxpayer's number (ИНН) as NumericString, names in old strings.
  const typed = (type: string, value: Partial<AttributeValue>) =>
    new RelativeDistinguishedName([
      new AttributeTypeAndValue({ type, value: new AttributeValue(value) }),
    ]);
  const qualified = forged(one, (tbs) => {
    tbs.subject = new Name([
      typed('1.2.643.3.131.1.1', {
        anyValue: element(0x12, utf8ToBytes('772300000000')).buffer as ArrayBuffer,
      }),
      typed('2.5.4.6', { printableString: 'RU' }),
      typed('1.2.840.113549.1.9.1', { ia5String: 'uik7@example.ru' }),
      typed(cn, { bmpString: 'Иванова Анна' }),
    ]);
  });
  assert.equal(parseCertificate(qualified.certificate).subject.commonName, 'Иванова Анна');
  assert.equal(check(qualified), undefined);
  for (const bad of [
    [],
    [['2.5.4.10', 'УИК']],
    [[cn, ' ']],
    [[cn, 'Анна\u0000Иванова']],
    [[cn, 'Анна\u202eавонавИ']],
    [[cn, 'А'.repeat(300)]],
    [
      [cn, 'Анна'],
      [cn, 'Пётр'],
    ],
  ] as [string, string][][])
    assert.throws(() => nameOf(...bad), refusedAs('cms.name'), JSON.stringify(bad));
});

test('what the profile does not allow is refused, whoever has signed it', () => {
  const one = member('ed25519');
  const cases: [string, string, (tbs: TBSCertificate) => void][] = [
    ['critical and unknown', 'cms.certificate', setExtension('1.2.3.4', new BasicConstraints())],
    ['version 1', 'cms.certificate', (tbs) => (tbs.version = 0)],
    [
      'an extension twice',
      'cms.certificate',
      (tbs) => tbs.extensions?.push(...(tbs.extensions ?? []).slice(0, 1)),
    ],
    ['serial 0', 'cms.certificate', (tbs) => (tbs.serialNumber = new Uint8Array([0]).buffer)],
    ['negative', 'cms.certificate', (tbs) => (tbs.serialNumber = new Uint8Array([0x80]).buffer)],
    [
      'serial of 21 bytes',
      'cms.certificate',
      (tbs) => (tbs.serialNumber = new Uint8Array(21).fill(1).buffer),
    ],
    ['unique id', 'cms.certificate', (tbs) => (tbs.subjectUniqueID = new Uint8Array(3).buffer)],
    [
      'another algorithm inside',
      'cms.certificate',
      (tbs) => (tbs.signature.algorithm = '1.2.840.10045.4.3.2'),
    ],
    ['empty key usage', 'cms.der', setExtension(id_ce_keyUsage, new KeyUsage(0))],
    [
      'key usage with zeros at the end',
      'cms.der',
      setExtension(id_ce_keyUsage, new KeyUsage(new Uint8Array([0x80]), 0)),
    ],
    [
      'validity backwards',
      'cms.time',
      ({ validity: { notBefore, notAfter } }) => {
        [notBefore.utcTime, notAfter.utcTime] = [notAfter.utcTime!, notBefore.utcTime!];
      },
    ],
    [
      'generalized time in 2026',
      'cms.time',
      ({ validity: { notAfter } }) => {
        notAfter.generalTime = notAfter.utcTime!;
        delete (notAfter as { utcTime?: Date }).utcTime;
      },
    ],
    [
      'short key',
      'cms.key',
      ({ subjectPublicKeyInfo: info }) => (info.subjectPublicKey = info.subjectPublicKey.slice(1)),
    ],
    [
      'another kind of key',
      'cms.algorithm',
      ({ subjectPublicKeyInfo: info }) => (info.algorithm.algorithm = '1.3.101.110'),
    ],
    [
      'parameters where there are none',
      'cms.algorithm',
      ({ subjectPublicKeyInfo: info }) => (info.algorithm.parameters = null),
    ],
  ];
  for (const [why, code, change] of cases)
    assert.throws(() => parseCertificate(forged(one, change).certificate), refusedAs(code), why);
  assert.throws(() => parseCertificate(new Uint8Array(17_000)), refusedAs('cms.too-large'));
  // An extension that may be ignored is.
  assert.equal(
    check(forged(one, setExtension('1.2.3.4', new BasicConstraints(), false))),
    undefined,
  );
});

test('points that are not on the curve are refused', () => {
  for (const algorithm of ['ecdsa-p256', 'ecdsa-p384', 'gost3410-2012-256'] as const) {
    const off = forged(member(algorithm), ({ subjectPublicKeyInfo: info }) => {
      const bytes = new Uint8Array(info.subjectPublicKey);
      bytes[20] = (bytes[20] as number) ^ 1;
    });
    assert.throws(() => parseCertificate(off.certificate), refusedAs('cms.key'), algorithm);
  }
});

test('each reason not to believe a certificate has its code', () => {
  const one = member('ecdsa-p256');
  const day = 24 * 3600 * 1000;
  const twin = createAuthority({ algorithm: 'ecdsa-p256', name: 'УЦ ecdsa-p256', ...validity });
  const other = createAuthority({ algorithm: 'ecdsa-p256', name: 'Другой УЦ', ...validity });
  assert.equal(check(one), undefined);
  assert.equal(check({ ...one, authority: other }), 'certificate.issuer');
  // The same name with another key.
  assert.equal(check({ ...one, authority: twin }), 'certificate.signature');
  const gost = createAuthority({
    algorithm: 'gost3410-2012-256',
    name: 'УЦ ecdsa-p256',
    ...validity,
  });
  assert.equal(check({ ...one, authority: gost }), 'certificate.signature');
  // A member is no authority, though it has a certificate that is good.
  const sub = member('ecdsa-p256', 'Подчинённый', { certificate: one.certificate, key: one.key });
  assert.equal(check(sub), 'certificate.authority');
  assert.equal(check({ ...one, certificate: one.authority.certificate }), 'certificate.usage');

  const short = {
    notBefore: new Date(NOW.getTime() - 1000),
    notAfter: new Date(NOW.getTime() + 1000),
  };
  const certificate = issue(one.authority, { name: 'Анна', ...one.key, ...short });
  const brief = { ...one, certificate };
  assert.equal(check(brief, short.notBefore), undefined);
  assert.equal(check(brief, short.notAfter), undefined);
  assert.equal(check(brief, new Date(short.notBefore.getTime() - 1)), 'certificate.not-yet');
  assert.equal(check(brief, new Date(short.notAfter.getTime() + 1)), 'certificate.expired');
  assert.equal(check(one, new Date(NOW.getTime() + 60 * day)), 'certificate.authority');
  assert.equal(check(one, new Date(NOW.getTime() - 60 * day)), 'certificate.authority');
  assert.equal(check(one, new Date(NaN)), 'certificate.authority');
});

test('usage that a certificate does not allow', () => {
  const one = member('ecdsa-p384');
  const usage = (flags: number) => setExtension(id_ce_keyUsage, new KeyUsage(flags));
  const authority = setExtension(id_ce_basicConstraints, new BasicConstraints({ cA: true }));
  assert.equal(check(forged(one, usage(KeyUsageFlags.keyAgreement))), 'certificate.usage');
  assert.equal(check(forged(one, usage(KeyUsageFlags.nonRepudiation))), undefined);
  assert.equal(check(forged(one, usage(KeyUsageFlags.decipherOnly | 1))), undefined);
  assert.equal(check(forged(one, dropExtension(id_ce_keyUsage))), undefined);
  assert.equal(check(forged(one, authority)), 'certificate.usage');
  const noAuthority = dropExtension(id_ce_basicConstraints);
  assert.equal(check(underForged(one, noAuthority)), 'certificate.authority');
  assert.equal(check(underForged(one, usage(KeyUsageFlags.cRLSign))), 'certificate.authority');
  assert.equal(check(underForged(one, dropExtension(id_ce_keyUsage))), undefined);
  // A root that somebody else has signed is not self-signed.
  const name = (tbs: TBSCertificate) => (tbs.issuer = named(['2.5.4.3', 'Кто-то']));
  assert.equal(check(underForged(one, name)), 'certificate.authority');
  const stranger = generateKey('ecdsa-p384');
  const root = forgeCertificate(one.authority.certificate, stranger, () => undefined);
  assert.equal(
    check({ ...one, authority: { ...one.authority, certificate: root } }),
    'certificate.authority',
  );
});

test('verifySignature says no to whatever is not the signature, and never throws', () => {
  const message = new TextEncoder().encode('протокол');
  for (const algorithm of ALGORITHMS) {
    const { publicKey, sign } = generateKey(algorithm);
    const input = signatureInput(algorithm, digestOf(algorithm), message);
    const signature = encodeSignature(algorithm, sign(input));
    const verify = (key: Uint8Array, digest: Uint8Array, value: Uint8Array) =>
      verifySignature(algorithm, key, digest, value);
    assert.equal(verify(publicKey, input, signature), true);
    assert.equal(verify(generateKey(algorithm).publicKey, input, signature), false);
    assert.equal(
      verify(
        publicKey,
        input.map((byte) => byte ^ 1),
        signature,
      ),
      false,
    );
    const bytes = fc.uint8Array({ maxLength: 110 });
    fc.assert(
      fc.property(bytes, bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (a, b, at, flip) => {
        assert.equal(verify(publicKey, input, a), false);
        assert.equal(verify(b, input, signature), false);
        const bad = signature.slice();
        bad[at % bad.length] = (bad[at % bad.length] as number) ^ flip;
        assert.equal(verify(publicKey, input, bad), false);
        assert.equal(verify(publicKey, input, signature.subarray(0, at % bad.length)), false);
      }),
      { numRuns: 50 },
    );
  }
});

test('raw ECDSA becomes what CMS carries, and nothing else does', () => {
  const raw = new Uint8Array(64).fill(0x80);
  const coordinate = `022100${'80'.repeat(32)}`;
  assert.equal(bytesToHex(encodeSignature('ecdsa-p256', raw)), `3046${coordinate}${coordinate}`);
  assert.equal(encodeSignature('ed25519', raw), raw);
  assert.throws(() => encodeSignature('ecdsa-p384', raw), refusedAs('cms.signature'));
  assert.throws(
    () => encodeSignature('ecdsa-p256', new Uint8Array(64)),
    refusedAs('cms.signature'),
  );
});

test('changed or cut certificates are refused or not believed, and nothing but CmsError is thrown', () => {
  for (const algorithm of ALGORITHMS) {
    const one = member(algorithm);
    const root = parseCertificate(one.authority.certificate);
    const isRefused = (der: Uint8Array) => {
      try {
        return checkCertificate(parseCertificate(der), root, NOW) !== undefined;
      } catch (error) {
        if (error instanceof CmsError) return true;
        throw error;
      }
    };
    assert.equal(isRefused(one.certificate), false);
    fc.assert(
      fc.property(
        fc.nat(one.certificate.length - 1),
        fc.nat(7),
        fc.uint8Array(),
        (at, bit, random) => {
          const bad = one.certificate.slice();
          bad[at] = (bad[at] as number) ^ (1 << bit);
          assert.ok(isRefused(bad));
          assert.ok(isRefused(one.certificate.subarray(0, at)));
          assert.ok(isRefused(random));
        },
      ),
      { numRuns: 50 },
    );
  }
});

test('an authority issues nothing that can’t be read', () => {
  const { authority, key } = member('ed25519');
  const make = (options: Partial<Parameters<typeof issue>[1]>) => () =>
    issue(authority, { name: 'Анна', ...key, ...validity, ...options });
  assert.throws(make({ name: '' }), refusedAs('cms.name'));
  assert.throws(make({ name: 'А'.repeat(65) }), refusedAs('cms.name'));
  assert.throws(make({ name: 'a\u0007' }), refusedAs('cms.name'));
  assert.throws(make({ publicKey: new Uint8Array(31) }), refusedAs('cms.key'));
  assert.throws(make({ algorithm: 'ecdsa-p256' }), refusedAs('cms.key'));
  assert.throws(make({ serial: '00' }), refusedAs('cms.certificate'));
  assert.throws(make({ serial: '11'.repeat(21) }), refusedAs('cms.certificate'));
  assert.throws(make({ notAfter: new Date(0) }), refusedAs('cms.time'));
  assert.throws(make({ notAfter: new Date(NaN) }), refusedAs('cms.time'));
  const far = new Date('2051-02-03T04:05:06.789Z');
  const parsed = parseCertificate(make({ notAfter: far, serial: '80aa' })());
  assert.equal(parsed.notAfter.toISOString(), '2051-02-03T04:05:06.000Z');
  assert.equal(parsed.serial, '80aa');
});
