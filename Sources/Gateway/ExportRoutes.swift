import CaseStore
import ControlProtocol
import DefectModel
import DeviceHistory
import FirmwareProfiles
import Hummingbird
import NIOCore
import Pipeline
import Vocabulary

/// `GET /v1/export/NOUN`: everything of one kind as NDJSON, sent page by page, so that neither end holds more than a page.
/// What changes while it runs may be in it as it was or as it is; tickets and findings come by id, devices in the order in
/// which they were first heard of, cells by mode and time.
extension Routes {
  func export(_ request: Request, _ context: ControlContext) async throws -> Response {
    let noun = try context.parameters.require("noun")
    switch noun {
    case "tickets":
      let filter = try TicketFilter(Query(request, allowed: TicketFilter.names), now: await engine.judgementTime)
      return Self.stream { [store] (after: String?) in
        let page = try store.tickets(filter, after: after, limit: Limits.exportPageItems)
        return (page.map(JSONText.bytes), page.last?.id)
      }
    case "findings":
      let filter = try FindingFilter(Query(request, allowed: FindingFilter.names))
      return Self.stream { [store] (after: String?) in
        let page = try store.findings(filter, after: after, limit: Limits.exportPageItems)
        let lines = page.map { JSONText.bytes(FindingReply(finding: $0.finding, open: $0.open, closed: $0.closed)) }
        return (lines, page.last?.finding.id)
      }
    case "devices":
      _ = try Query(request, allowed: [])
      return Self.stream { [engine] (next: Int?) in
        let start = next ?? 0
        let page = await engine.devices(from: start, atMost: Limits.exportPageItems)
        let next = start + Limits.exportPageItems
        return (page.map(JSONText.bytes), next < (await engine.deviceRecords) ? next : nil)
      }
    case "cells":
      _ = try Query(request, allowed: [])
      let places = await engine.cellBuckets()
      return Self.stream { [engine] (next: Int?) in
        let start = next ?? 0
        guard start < places.count else { return ([], nil) }
        return (await engine.cells(places[start]).map(JSONText.bytes), start + 1)
      }
    default:
      throw ProblemDetails(
        status: 404, title: "no such export", detail: "there are tickets, findings, devices and cells, not \(noun)")
    }
  }

  /// - Parameter page: the items after a place, and the place after them; `nil` at the end.
  private static func stream<Place: Sendable>(
    _ page: @escaping @Sendable (Place?) async throws -> ([[UInt8]], Place?)
  ) -> Response {
    var headers = HTTPFields()
    headers[.contentType] = "application/x-ndjson"
    return Response(
      status: .ok, headers: headers,
      body: ResponseBody { writer in
        var place: Place?
        repeat {
          let (lines, next) = try await page(place)
          var buffer = ByteBuffer()
          for line in lines {
            buffer.writeBytes(line)
            buffer.writeInteger(UInt8(ascii: "\n"))
          }
          if buffer.readableBytes > 0 { try await writer.write(buffer) }
          place = next
        } while place != nil
        try await writer.finish(nil)
      })
  }
}

extension Engine {
  /// With those of which only a pseudonym is left: a page may hold none but these.
  var deviceRecords: Int { pipeline.history.recordCount }

  func devices(from number: Int, atMost count: Int) -> [DeviceItem] {
    var items: [DeviceItem] = []
    pipeline.history.forEachDevice(from: number, atMost: count) { items.append(item($0)) }
    return items
  }

  struct CellPlace: Sendable {
    var mode: ModeKey
    var bucket: Bucket
  }

  func cellBuckets() -> [CellPlace] {
    pipeline.model.modes.flatMap { mode in
      pipeline.model.buckets(of: mode).map { CellPlace(mode: mode, bucket: $0) }
    }
  }

  func cells(_ place: CellPlace) -> [CellItem] {
    let factors =
      catalogue.profiles.filter { $0.product == place.mode.product }
      .compactMap { $0.modes.first { $0.id == place.mode.mode }?.factors.count }.max() ?? 0
    return pipeline.model.cells(of: place.mode, in: place.bucket).map { cell, counts in
      let covariates = cell.covariates
      return CellItem(
        product: place.mode.product.text, failureMode: place.mode.mode.text,
        bucket: place.bucket.start.description, length: place.bucket.length.rawValue,
        region: covariates.region.text, carrier: covariates.carrier.text, batch: covariates.batch.text,
        firmware: covariates.firmware.text, ageBin: Int(covariates.age), weather: "\(covariates.weather)",
        factorBins: (0..<factors).map { String(covariates.factors[$0]) }.joined(separator: "."),
        atRisk: Int(counts.atRisk), onsets: Int(counts.onsets), symptoms: Int(counts.symptoms))
    }
  }
}
