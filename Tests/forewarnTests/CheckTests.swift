import ControlProtocol
import Testing
import Vocabulary

@testable import forewarn

struct CheckTests {
  private func verdict(_ figure: CheckedFigure, warn: Double? = nil, crit: Double? = nil) -> CheckVerdict {
    var status = TopViewTests.status(received: 100, open: 42)
    status.lagSeconds = figure == .lag ? 12.5 : nil
    status.reasons = ["the broker is away | or so"]
    status.state = .degraded
    return CheckVerdict(figure, of: status, warn: warn, crit: crit)
  }

  @Test(arguments: [(43, 50, 0), (42, 50, 1), (10, 42, 2), (10, 20, 2)] as [(Double, Double, Int32)])
  func `a figure at or above a threshold counts`(warn: Double, crit: Double, level: Int32) {
    #expect(verdict(.tickets, warn: warn, crit: crit).level.rawValue == level)
  }

  @Test func `a figure that isn't known is neither good nor bad`() {
    let unknown = CheckVerdict(.lag, of: TopViewTests.status(received: 0, open: 0), warn: 1, crit: 2)
    #expect(unknown.level == .unknown)
    #expect(unknown.nagiosLine == "LAG UNKNOWN - not known yet")
  }

  @Test func `the line is Nagios's own, with the figure and its thresholds behind one bar`() {
    #expect(verdict(.lag, warn: 10, crit: 30).nagiosLine == "LAG WARNING - 12.5s | lag=12.5s;10;30")
    #expect(verdict(.tickets, crit: 100).nagiosLine == "TICKETS OK - 42 | tickets=42;;100")
    let state = verdict(.state).nagiosLine
    #expect(state == "STATE CRITICAL - degraded: the broker is away / or so | state=2;1;2")
  }

  @Test func `the other dialects say the same`() {
    let verdict = verdict(.lag, warn: 10, crit: 30)
    #expect(verdict.prometheusText.contains("forewarn_check_level{check=\"lag\"} 1\n"))
    #expect(verdict.prometheusText.contains("forewarn_check_value{check=\"lag\"} 12.5\n"))
    #expect(
      verdict.json
        == #"{"schema":"forewarn.check.run/1","check":"lag","level":"warning","value":12.5,"warn":10,"crit":30,"detail":"12.5s"}"#
    )
  }
}
