import CCrypto

/// A certificate and its private key, both PEM: whether they belong together, by the library that will use them.
package enum KeyPair {
  /// Why they can't be used; `nil`: they can.
  package static func fault(certificate: [UInt8], key: [UInt8]) -> String? {
    // What follows the certificate in its file are those that signed it.
    let chain = fault(authorities: certificate)
    guard let certificate = object(certificate, { PEM_read_bio_X509($0, nil, noPassword, nil) }) else {
      return "there is no certificate in PEM"
    }
    defer { X509_free(certificate) }
    guard let key = object(key, { PEM_read_bio_PrivateKey($0, nil, noPassword, nil) }) else {
      return "there is no private key in PEM without a password"
    }
    defer { EVP_PKEY_free(key) }
    guard X509_check_private_key(certificate, key) == 1 else { return "the key isn't the certificate's" }
    return chain
  }

  /// Why nobody can be trusted by them; `nil`: there is a certificate at least, and all are sound.
  package static func fault(authorities: [UInt8]) -> String? {
    guard let source = BIO_new_mem_buf(authorities, Int32(clamping: authorities.count)) else { return nil }
    ERR_clear_error()
    defer {
      BIO_free(source)
      ERR_clear_error()
    }
    var count = 0
    while let certificate = PEM_read_bio_X509(source, nil, noPassword, nil) {
      X509_free(certificate)
      count += 1
    }
    guard count > 0 else { return "there is no certificate in PEM" }
    // The library takes all of a file or none of it.
    let reason = ERR_peek_last_error()
    let isEnd = ERR_GET_LIB(reason) == ERR_LIB_PEM && ERR_GET_REASON(reason) == PEM_R_NO_START_LINE
    return isEnd ? nil : "certificate \(count + 1) in it is damaged"
  }

  private static func object(_ bytes: [UInt8], _ read: (OpaquePointer) -> OpaquePointer?) -> OpaquePointer? {
    guard let source = BIO_new_mem_buf(bytes, Int32(clamping: bytes.count)) else { return nil }
    defer {
      BIO_free(source)
      // What was found wrong lies in a queue of the thread's, where the next one to look would take it for its own.
      ERR_clear_error()
    }
    return read(source)
  }

  /// Without it the library would ask on the terminal.
  private static let noPassword:
    @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = { _, _, _, _ in 0 }
}
