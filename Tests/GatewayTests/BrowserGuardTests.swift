import Testing

@testable import Gateway

struct BrowserGuardTests {
  @Test(arguments: [
    "localhost", "localhost:9464", "LOCALHOST:9464", "127.0.0.1:9464", "127.0.0.1", "[::1]:9464", "[::1]",
    "192.168.7.4:9464", "gateway.example:9464", "Gateway.Example",
  ])
  func `a name that can't be pointed here by somebody else is answered to`(authority: String) {
    #expect(BrowserGuard.isOurs(authority, listen: "gateway.example"))
  }

  @Test(arguments: [
    "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.evil", "1.2.3.4.5", "127.0.0.256", "",
    "gateway.example.evil:9464", "[evil.example]", "a::b.evil.example", "127.0.0.1@evil.example",
  ])
  func `any other isn't: DNS may have been rebound`(authority: String) {
    #expect(!BrowserGuard.isOurs(authority, listen: "gateway.example"))
  }
}
