import Foundation
import Vocabulary

/// How good probabilities were, by what came.
struct ForetoldScores {
  let rows: [ForetoldRow]

  var logLoss: Double {
    let sum = rows.reduce(0.0) { sum, row in
      let p = min(1 - 1e-9, max(1e-9, row.probability.mean))
      return sum - (row.happened ? log(p) : log1p(-p))
    }
    return sum / Double(max(1, rows.count))
  }

  /// That a row that came was given a higher probability than one that didn't (Mann & Whitney 1947); ties count half.
  var areaUnderCurve: Double? {
    let sorted = rows.sorted { $0.probability.mean < $1.probability.mean }
    let events = Double(rows.count(where: \.happened))
    let others = Double(rows.count) - events
    guard events > 0, others > 0 else { return nil }
    var rankSum = 0.0
    var from = 0
    while from < sorted.count {
      var until = from
      while until < sorted.count, sorted[until].probability.mean == sorted[from].probability.mean { until += 1 }
      let rank = Double(from + until + 1) / 2
      rankSum += rank * Double(sorted[from..<until].count(where: \.happened))
      from = until
    }
    return (rankSum - events * (events + 1) / 2) / (events * others)
  }

  /// Average precision: the mean, over the rows that came, of the share that came among those rated at least as high.
  var averagePrecision: Double? {
    let sorted = rows.sorted { $0.probability.mean > $1.probability.mean }
    let events = rows.count(where: \.happened)
    guard events > 0 else { return nil }
    var hits = 0
    var sum = 0.0
    var from = 0
    while from < sorted.count {
      var until = from
      while until < sorted.count, sorted[until].probability.mean == sorted[from].probability.mean { until += 1 }
      let here = sorted[from..<until].count(where: \.happened)
      hits += here
      sum += Double(here) * Double(hits) / Double(until)
      from = until
    }
    return sum / Double(events)
  }

  var calibrationError: Double {
    var bins = CalibrationBins()
    for row in rows { bins.add(row.probability.mean, oracle: 0.5, learnable: 0.5, happened: row.happened) }
    return bins.error
  }

  /// `device,mode,as_of,probability,low,high,happened`, in the order of time, device and mode.
  var csv: String {
    let sorted = rows.sorted { ($0.asOf, $0.device, $0.mode) < ($1.asOf, $1.device, $1.mode) }
    return "device,mode,as_of,probability,low,high,happened\n"
      + sorted.map {
        "\($0.device),\($0.mode),\($0.asOf),\($0.probability.mean),\($0.probability.low),\($0.probability.high),"
          + "\($0.happened ? 1 : 0)\n"
      }.joined()
  }

  /// Difference of log-loss to saying the share that came, by mode.
  var baseLogLoss: Double {
    let byMode = Dictionary(grouping: rows, by: \.mode)
    let sum = byMode.values.reduce(0.0) { sum, rows in
      let n = Double(rows.count)
      let k = Double(rows.count(where: \.happened))
      return k > 0 && k < n ? sum - k * log(k / n) - (n - k) * log(1 - k / n) : sum
    }
    return sum / Double(max(1, rows.count))
  }
}
