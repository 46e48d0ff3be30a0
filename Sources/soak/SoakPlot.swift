import Foundation

/// The samples as a table and as a picture: four curves over time, faults as strokes.
enum SoakPlot {
  static func line(_ sample: SoakSample) -> String {
    String(
      format: "%6.0f s: %d applied, %d MB, %d descriptors, log %.1f MB, database %.1f MB", sample.seconds,
      sample.applied,
      sample.residentBytes >> 20, sample.descriptors, Double(sample.logBytes) / 1e6, Double(sample.databaseBytes) / 1e6)
  }

  static func table(_ samples: [SoakSample]) -> String {
    let rows = samples.map { sample in
      [
        String(format: "%.1f", sample.seconds), "\(sample.sent)", "\(sample.applied)", "\(sample.residentBytes)",
        "\(sample.descriptors)", "\(sample.databaseBytes)", "\(sample.logBytes)", sample.fault,
      ].joined(separator: ",")
    }
    return (["seconds,sent,applied,resident_bytes,descriptors,database_bytes,log_bytes,fault"] + rows)
      .joined(separator: "\n") + "\n"
  }

  private static let (width, height, left) = (1000.0, 150.0, 70.0)

  static func picture(_ samples: [SoakSample]) -> String {
    let curves: [(String, (SoakSample) -> Double)] = [
      ("resident MB", { Double($0.residentBytes) / 1e6 }), ("descriptors", { Double($0.descriptors) }),
      ("log (WAL) MB", { Double($0.logBytes) / 1e6 }), ("database MB", { Double($0.databaseBytes) / 1e6 }),
      ("sent, not yet applied", { Double(max(0, $0.sent - $0.applied)) }),
    ]
    let end = max(1, samples.last?.seconds ?? 1)
    func x(_ seconds: Double) -> Double { left + seconds / end * (width - left - 10) }
    var parts = [
      #"<svg xmlns="http://www.w3.org/2000/svg" width="\#(Int(width))" height="\#(Int(height) * curves.count + 30)" font-family="sans-serif" font-size="12">"#,
      ##"<rect width="100%" height="100%" fill="#ffffff"/>"##,
    ]
    for (index, (name, figure)) in curves.enumerated() {
      let base = Double(index + 1) * height
      // While the daemon is away nothing is known of it.
      let known = samples.filter { $0.residentBytes > 0 && $0.applied > 0 }
      let most = max(1, known.map(figure).max() ?? 1)
      func y(_ value: Double) -> Double { base - value / most * (height - 30) }
      for sample in samples where !sample.fault.isEmpty {
        parts.append(
          ##"<line x1="\##(x(sample.seconds))" x2="\##(x(sample.seconds))" y1="\##(base - height + 30)" y2="\##(base)" stroke="#e0a0a0"><title>\##(sample.fault)</title></line>"##
        )
      }
      let points = known.map { String(format: "%.1f,%.1f", x($0.seconds), y(figure($0))) }.joined(separator: " ")
      parts += [
        ##"<polyline points="\##(points)" fill="none" stroke="#205080" stroke-width="1.5"/>"##,
        ##"<line x1="\##(left)" x2="\##(width - 10)" y1="\##(base)" y2="\##(base)" stroke="#808080"/>"##,
        #"<text x="\#(left)" y="\#(base - height + 22)" font-weight="bold">\#(name)</text>"#,
        #"<text x="\#(left - 6)" y="\#(y(most) + 5)" text-anchor="end">\#(String(format: "%.0f", most))</text>"#,
        #"<text x="\#(left - 6)" y="\#(base)" text-anchor="end">0</text>"#,
      ]
    }
    parts += [
      #"<text x="\#(width - 10)" y="\#(height * Double(curves.count) + 20)" text-anchor="end">\#(Int(end / 60)) min; red: a fault</text>"#,
      "</svg>",
    ]
    return parts.joined(separator: "\n") + "\n"
  }
}
