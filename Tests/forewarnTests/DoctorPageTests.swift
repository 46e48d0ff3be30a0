import ControlProtocol
import Terminal
import Testing

struct DoctorPageTests {
  @Test func `a check-up is a line a check, and what mends a fault stands below it`() {
    let report = DoctorReport(items: [
      .init(check: "lag", state: .ok, detail: "0.02 s from arrival to commit"),
      .init(check: "disk-space", state: .fault, detail: "3 MB free", fix: "free some: df -h /var/lib/forewarn"),
    ])
    #expect(!report.sound)
    let expected = """
      OK     lag         0.02 s from arrival to commit
      FAULT  disk-space  3 MB free
                         → free some: df -h /var/lib/forewarn
      1 fault

      """
    #expect(DoctorPage.text(report, on: Samples.page) == expected)
    let sound = DoctorReport(items: [.init(check: "lag", state: .ok, detail: "nothing was received yet")])
    #expect(sound.sound && DoctorPage.text(sound, on: Samples.page).hasSuffix("nothing is wrong\n"))
  }
}
