import Logging
import Pipeline
import Vocabulary

/// A line of the log for each report that counts, with `log_level: debug` alone: its `trace` is that of the tickets which rest
/// on that device's day.
extension Engine {
  func trace(at level: Logger.Level) {
    guard level <= .debug else {
      pipeline.witness = nil
      return
    }
    pipeline.witness = { [logger] report, identity in
      logger.debug(
        "report applied",
        metadata: [
          "trace": "\(Trace.id(product: identity.product, device: identity.device, at: report.time))",
          "product": "\(identity.product)", "device": "\(identity.device)", "ts": "\(report.time)",
        ])
    }
  }
}
