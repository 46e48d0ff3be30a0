import Terminal

/// Messages by how long they waited, in doublings of time.
struct LatencyPlot {
  /// Upper bounds in seconds with the messages of each alone; the last is above all bounds.
  var buckets: [(bound: Double?, count: Int)]

  /// From the first bucket with a message to the last.
  private var shown: [(low: Double, high: Double, count: Int)] {
    var low = buckets.first?.bound.map { $0 / 2 } ?? 0.000_25
    var all: [(low: Double, high: Double, count: Int)] = []
    for bucket in buckets {
      let high = bucket.bound ?? low * 2
      all.append((low, high, bucket.count))
      low = high
    }
    guard let first = all.firstIndex(where: { $0.count > 0 }), let last = all.lastIndex(where: { $0.count > 0 }) else {
      return []
    }
    return Array(all[first...last])
  }

  var table: DataTable {
    DataTable(
      "Time from arrival to commit", [.number("Above (s)"), .number("Up to (s)"), .number("Messages")],
      empty: "No message since the start.",
      rows: shown.map { [.init($0.low, 5), .init($0.high, 5), .init($0.count)] })
  }

  func svg(_ title: String) -> HTML {
    let shown = shown
    let most = Double(shown.map(\.count).max() ?? 1)
    var drawing = Drawing(
      height: 230, x: ((shown.first?.low ?? 0.001) * 0.9, (shown.last?.high ?? 1) * 1.1), y: (0, most * 1.05),
      isLogarithmicX: true)
    drawing.axisX("time (logarithmic)", ticks: drawing.x.ticks(6).map { ($0, Elements.seconds($0)) })
    drawing.axisY("messages", ticks: drawing.y.ticks(4).map { ($0, Scale.label($0)) })
    for bucket in shown {
      drawing.bar(
        from: bucket.low, to: bucket.high, height: Double(bucket.count), "",
        says: "up to \(Elements.seconds(bucket.high)): \(Phrase.count(bucket.count, "message"))")
    }
    return drawing.svg(title)
  }
}
