import ControlProtocol
import Dashboard
import DefectModel
import Foundation
import Hummingbird
import Vocabulary

/// The model as pages, from a copy of it: the engine goes on meanwhile.
extension DashboardRoutes {
  func model(_ request: Request, _ context: BasicRequestContext) async throws -> WebPage {
    _ = try query(request, [])
    let snapshot = await engine.modelSnapshot
    return ModelPage(
      reports: snapshot.model.modes.compactMap { mode in
        snapshot.model.report(mode).map { ModeReportItem($0, asOf: snapshot.asOf) }
      }
    ).page()
  }

  func mode(_ request: Request, _ context: BasicRequestContext) async throws -> WebPage {
    let query = try query(request, ["batch"])
    let words = try ["product", "mode"].map { name in
      let encoded = try context.parameters.require(name)
      return encoded.removingPercentEncoding ?? encoded
    }
    let snapshot = await engine.modelSnapshot
    guard let mode = try snapshot.modes(of: words[0], words[1]).first, let report = snapshot.model.report(mode) else {
      throw ProblemDetails.noSuch("failure mode", words[1])
    }
    return ModePage(
      report: ModeReportItem(report, asOf: snapshot.asOf),
      cells: (snapshot.model.grid(mode)?.cells ?? []).map { cell in
        CohortCell(
          batch: cell.batch.text, firmware: cell.firmware.text, deviceDays: cell.deviceDays, failures: cell.onsets,
          expected: cell.expected, ratio: cell.ratio.map { Estimate($0) })
      }, ageing: snapshot.model.ageing(mode).map { AgeingItem($0, asOf: snapshot.asOf) }, chosen: query["batch"]
    ).page()
  }
}
