import Fingerprints
import Testing

struct FingerprintTests {
  @Test func `a digest is that of FIPS 180-4's example`() {
    #expect(
      Fingerprint.hexadecimal(Fingerprint.of(Array("abc".utf8)))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func `a keyed digest is that of RFC 4231's second case`() {
    #expect(
      Fingerprint.hexadecimal(Fingerprint.of(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }
}
