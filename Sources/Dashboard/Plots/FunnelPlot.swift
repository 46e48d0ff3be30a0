import Terminal

/// Batches by how much is expected of them: between the limits lies what chance explains.
struct FunnelPlot {
  var sums: [BatchSum]
  var product: String

  func svg(_ title: String) -> HTML {
    let told = sums.filter { $0.expected > 0 }
    let most = max(told.map(\.expected).max() ?? 1, 1)
    let least = max(min(told.map(\.expected).min() ?? 0.1, most / 10), most / 1000)
    let ratios = told.compactMap(\.ratio)
    let high = min(max((ratios.max() ?? 2) * 1.1, 2.5), 60)
    var drawing = Drawing(
      height: 330, x: (least * 0.8, most * 1.15), y: (0, high), isLogarithmicX: true)
    drawing.axisX("failures expected at the rate of others (logarithmic)")
    drawing.axisY("observed / expected", ticks: drawing.y.ticks(5).map { ($0, Scale.label($0)) })
    let steps = (0...80).map { step -> Double in
      let share = Double(step) / 80
      return drawing.x.low * Scale.power(drawing.x.high / drawing.x.low, share)
    }
    for (coverage, kind) in [(0.998, "grey dashed"), (0.95, "grey")] {
      let limits = steps.map { (x: $0, limits: PoissonLimits.ratios(expected: $0, coverage: coverage)) }
      drawing.line(limits.map { ($0.x, $0.limits.low) }, kind)
      // Where the upper limit is above the frame, no line along its edge.
      drawing.line(limits.filter { $0.limits.high <= high }.map { ($0.x, $0.limits.high) }, kind)
    }
    drawing.line([(drawing.x.low, 1), (drawing.x.high, 1)], "")
    for sum in told.sorted(by: { $0.verdict == .inside && $1.verdict != .inside }) {
      guard let ratio = sum.ratio else { continue }
      let kind = sum.verdict == .outside998 ? "hot" : sum.verdict == .outside95 ? "" : "grey"
      drawing.dot(
        (sum.expected, min(ratio, high)), kind, radius: sum.verdict == .outside998 ? 5 : 4,
        says:
          "\(sum.batch): \(Phrase.count(sum.failures)) of \(Phrase.fixed(sum.expected, 1)) expected, \(sum.verdict.rawValue)",
        link: Link("tickets", query: [("product", product), ("batch", sum.batch)]))
      // Those that fail less lie close together: pointing at one tells its name.
      guard sum.verdict == .outside998, ratio > 1 else { continue }
      let (x, y) = (drawing.x.place(sum.expected), drawing.y.place(min(ratio, high)))
      let isRight = x > 440
      drawing.text(
        sum.batch.shortened(to: 24), x: x + (isRight ? -9 : 9), y: y + 4, anchor: isRight ? "end" : "start",
        kind: "halo")
    }
    return drawing.svg(title)
  }
}
