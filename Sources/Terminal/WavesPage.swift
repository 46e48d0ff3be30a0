package import ControlProtocol

/// The waves of one finding: what each let out, what became of it, and what the next waits for.
package enum WavesPage {
  package static func text(_ item: CampaignItem, on screen: Screen) -> String {
    var lines = ["\(screen.painted(Phrase.printable(item.finding), .strong))  \(item.state)"]
    if let released = item.released { lines.append("  \(Phrase.count(released, "ticket")) let out") }
    var about = "\(Phrase.count(item.waiting, "ticket")) waiting, at most \(Phrase.count(item.limitADay)) let out a day"
    if let by = item.pausedBy { about += "; PAUSED by \(Phrase.printable(by))" }
    lines += Layout.wrapped(about, width: screen.width, indent: "  ")
    if let reason = item.reason { lines += Layout.wrapped(reason, width: screen.width, indent: "  ") }
    guard !item.waves.isEmpty else { return lines.joined(separator: "\n") + "\n  no wave has begun\n" }
    let table = Table(
      columns: [
        .init("WAVE", .right), .init("STANDING"), .init("SIZE", .right), .init("OUT", .right), .init("OPEN", .right),
        .init("INSTALLED", .right), .init("GOOD", .right), .init("BAD", .right), .init("FAILED", .right),
        .init("WORSE", .right), .init("DECLINED", .right), .init("BEGAN"),
      ], rows: item.waves.map { row($0, screen) })
    lines += ["", table.text(on: screen, withHeaders: true)]
    for wave in item.waves {
      guard let reason = wave.reason.map({ "wave \(wave.number): \($0)" }), reason != item.reason else { continue }
      lines += Layout.wrapped(reason, width: screen.width, indent: "  ")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ wave: CampaignItem.Wave, _ screen: Screen) -> [Table.Cell] {
    func count(_ value: Int) -> Table.Cell { Table.Cell(Phrase.count(value)) }
    return [
      count(wave.number), Table.Cell(wave.standing, wave.standing == "failed" ? .bad : .plain), count(wave.size),
      count(wave.released), count(wave.open), count(wave.installed), count(wave.good), count(wave.bad),
      count(wave.failed), count(wave.worse), count(wave.declined), Table.Cell(screen.moment(wave.begunAt)),
    ]
  }
}
