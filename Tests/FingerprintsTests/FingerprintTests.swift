import Fingerprints
import Testing

struct FingerprintTests {
  @Test func `a digest is that of FIPS 180-4's example`() {
    #expect(
      Fingerprint.hexadecimal(Fingerprint.of(Array("abc".utf8)))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func `whom to trust must be a certificate in PEM, whole`() {
    let certificate = """
      -----BEGIN CERTIFICATE-----
      MIIBbzCCARWgAwIBAgIUcVQtDGZpQRl2bG9D42UPKIRNhSEwCgYIKoZIzj0EAwIw
      DDEKMAgGA1UEAwwBdDAgFw0yNjExMjcxNDQ4MTRaGA8yMTI2MTEwMzE0NDgxNFow
      DDEKMAgGA1UEAwwBdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJY4ZcuqzuPQ
      Wf2FOAASsoNztYfUc4522xjtJtR9XTFiV7IyIAezqVHo65S0WLg9C5h3EA/UC3pY
      /d56Z2scGKijUzBRMB0GA1UdDgQWBBTu16JbYaWxvGEqXoIY0yOw5QHpgDAfBgNV
      HSMEGDAWgBTu16JbYaWxvGEqXoIY0yOw5QHpgDAPBgNVHRMBAf8EBTADAQH/MAoG
      CCqGSM49BAMCA0gAMEUCIHb60W+htVt4tT76u6b1XjBL4T7k/YCCZKlFDmHARGyO
      AiEAu/W+XhRfqnc73EVya9I1lWd5jJEs1MV4bHYVDEeNgrY=
      -----END CERTIFICATE-----
      """
    #expect(KeyPair.fault(authorities: Array((certificate + "\n").utf8)) == nil)
    #expect(KeyPair.fault(authorities: Array(certificate.utf8.dropLast(40))) != nil)
    // All of a file: what the library that uses it would refuse whole.
    let several = certificate + "\n\nanother one\n" + certificate + "\n"
    #expect(KeyPair.fault(authorities: Array(several.utf8)) == nil)
    let second = KeyPair.fault(authorities: Array(several.utf8.dropLast(60)))
    #expect(second == "certificate 2 in it is damaged", "\(second ?? "")")
    #expect(KeyPair.fault(authorities: Array("-----BEGIN".utf8)) != nil && KeyPair.fault(authorities: []) != nil)
  }

  @Test func `a keyed digest is that of RFC 4231's second case`() {
    #expect(
      Fingerprint.hexadecimal(Fingerprint.of(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }
}
