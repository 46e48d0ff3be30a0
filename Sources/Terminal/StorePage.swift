package import ControlProtocol

/// The case store: what it takes, how long its room is enough, and whether it is whole.
package enum StorePage {
  package static func text(_ report: StoreReport, on screen: Screen) -> String {
    func size(_ bytes: Int64?) -> String { bytes.map { Phrase.bytes(Int(clamping: $0)) } ?? "not known" }
    let growth = report.growthBytesPerDay.map { "\(size(Int64($0))) a day" } ?? "not known in the first three days"
    let integrity = report.integrity.map { check in
      let found = check.faults.isEmpty ? "whole" : "DAMAGED: " + check.faults.joined(separator: "; ")
      return "\(found) (\(screen.moment(check.checkedAt)), \(Phrase.briefly(seconds: check.seconds)))"
    }
    let rows = [
      ("file", report.path), ("size", "\(size(report.bytes)), of which \(size(report.spareBytes)) are free inside"),
      ("log", size(report.logBytes)), ("room", size(report.roomBytes)), ("growth", growth),
      ("enough for", report.daysLeft.map { "\(Phrase.count(Int(min($0, 1e6)))) days" } ?? "not known"),
      ("integrity", integrity ?? "not checked yet: forewarn store check"),
    ]
    return rows.flatMap { Layout.field("  " + $0, $1, width: screen.width, column: 14) }.joined(separator: "\n") + "\n"
  }
}
