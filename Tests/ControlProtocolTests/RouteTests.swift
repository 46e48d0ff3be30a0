import ControlProtocol
import Testing

@Suite struct RouteTests {
  @Test func `an id can't leave its place in the path`() {
    #expect(Route.object(Route.devices, "a/../b?c#d e") == "/v1/devices/a%2F..%2Fb%3Fc%23d%20e")
    #expect(Route.action(Route.tickets, "T-1", "ack") == "/v1/tickets/T-1/ack")
  }

  @Test func `filters that aren't given are left out of the query`() {
    #expect(Route.query(Route.tickets, [("state", nil), ("limit", nil)]) == "/v1/tickets")
    #expect(
      Route.query(Route.tickets, [("batch", "B&1=ü"), ("state", nil), ("limit", "5")])
        == "/v1/tickets?batch=B%261%3D%C3%BC&limit=5")
  }

  @Test func `a document's name has its noun, verb and version`() {
    #expect(Schema.name("ticket", "list") == "forewarn.ticket.list/1")
    #expect(Schema.status == "forewarn.status/1")
  }
}
