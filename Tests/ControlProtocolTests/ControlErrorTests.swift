import ControlProtocol
import Testing

@Suite struct ControlErrorTests {
  @Test(arguments: [(400, 64), (403, 77), (404, 4), (409, 2), (413, 2), (500, 2), (503, 2)])
  func `each HTTP status has its exit status`(http: Int, exit: Int32) {
    let error = ControlError.problem(ProblemDetails(status: http, title: "t", detail: "d"))
    #expect(error.exitStatus.rawValue == exit)
  }

  @Test func `a daemon that can't be reached gives 3, one that keeps us out 77`() {
    #expect(ControlError.notRunning(socket: "/s").exitStatus.rawValue == 3)
    #expect(ControlError.notAnswering(socket: "/s", seconds: 1).exitStatus.rawValue == 3)
    #expect(ControlError.notPermitted(socket: "/s").exitStatus.rawValue == 77)
  }

  @Test func `each reason why the daemon can't be asked names the socket and the next command`() {
    let notRunning = ControlError.notRunning(socket: "/run/s")
    #expect(notRunning.message == "forewarnd isn't running: nobody listens on /run/s")
    #expect(notRunning.advice.contains("systemctl start forewarnd"))
    let notPermitted = ControlError.notPermitted(socket: "/run/s")
    #expect(notPermitted.message.contains("/run/s"))
    #expect(notPermitted.advice.contains("usermod -aG forewarn"))
    let silent = ControlError.notAnswering(socket: "/run/s", seconds: 2)
    #expect(silent.message == "forewarnd doesn't answer on /run/s within 2 s")
    #expect(silent.advice.contains("journalctl -u forewarnd"))
  }
}
