import CaseStore
import ControlProtocol
import Hummingbird

/// The control API at a glance.
extension Routes {
  static let ticketActions = ["ack", "open", "hold", "resolve", "reopen", "cancel", "note"]
  static let findingActions = ["confirm", "clear", "ack", "release", "pause", "resume", "limit"]

  var table: [ControlRoute] {
    [
      asks("/v1/status", "How the gateway is: the state and its reasons, then figures", .object("status", "Status")) {
        _, _ in .json(status.report())
      },
      asks("/v1/openapi.json", "This document", .openAPI) { _, _ in .json(OpenAPIDocument(self.table).content) },
      asks("/v1/doctor", "What may go wrong in the field, and what mends it", .object("doctor.run")) { _, _ in
        .json(Doctor(store: store, status: status).examine())
      },
      changes(
        "/v1/doctor/acknowledge", "Losses of the broker were seen to", .object("doctor.run"), acknowledgeLosses),
    ] + caseRoutes + deviceRoutes + messageRoutes + careRoutes + modelRoutes + storeRoutes + bulkRoutes
  }

  private var caseRoutes: [ControlRoute] {
    [
      asks(
        "/v1/tickets", "Tickets, what has to be done first at the beginning",
        query: TicketFilter.names + [WatchStream.parameter], .list("ticket.list", of: "Ticket"), tickets),
      asks(
        "/v1/tickets/{id}", "A ticket, by its id or the beginning of it", query: ["locale"],
        .object("ticket.show", "Ticket"), ticket),
      changes(
        "/v1/tickets/{id}/{action}", "Something is done to a ticket", words: Self.ticketActions,
        body: .json("Action"), .action("ticket", "Ticket"), ticketAction),
      changes(
        "/v1/ticket-actions/{action}", "The same to many: those that the body names, or that the query narrows",
        query: TicketFilter.names + ["dry_run"], words: Self.ticketActions, body: .json("BatchAction"),
        .action("ticket"), actOnTickets),
      asks(
        "/v1/findings", "Findings, the most certain at the beginning",
        query: FindingFilter.names + [WatchStream.parameter], .list("finding.list", of: "Finding"), findings),
      asks("/v1/findings/{id}", "A finding", .object("finding.show", "Finding"), finding),
      asks("/v1/findings/{id}/waves", "What its waves let out and what became of it", .object("finding.waves"), waves),
      asks("/v1/findings/{id}/grounds", "What its gates went by", .object("finding.grounds"), findingGrounds),
      changes(
        "/v1/findings/{id}/{action}", "Something is done to a finding", words: Self.findingActions,
        body: .json("Action"), .action("finding"), findingAction),
    ]
  }

  private var deviceRoutes: [ControlRoute] {
    [
      asks(
        "/v1/devices", "Devices by product and id",
        query: ["product", "batch", "firmware", "region", "customer", "limit"], .list("device.list", of: "Device"),
        devices),
      asks("/v1/devices/{id}", "A device, its risks and tickets", .object("device.show", "Device"), device),
      asks(
        "/v1/devices/{id}/score", "How likely it fails, as it is or under a scenario",
        query: ["horizon_days", "humidity", "firmware"], .object("device.score"), score),
      asks(
        "/v1/devices/{id}/explanation", "What its probabilities are made of", .object("explain.device"),
        deviceExplanation),
      asks("/v1/devices/{id}/export", "All that is kept of it", .object("device.export"), exportDevice),
      changes(
        "/v1/devices/{id}/erase", "It is forgotten; refuse=true: and never heard again", query: ["refuse"],
        .object("device.erase"), eraseDevice),
      changes(
        "/v1/devices/{id}/diagnose", "What a remote check found", body: .json("Diagnosis"), .object("device.diagnose"),
        diagnose),
      changes(
        "/v1/devices/import", "Facts of devices from a table", query: ["dry_run"], body: .csv,
        .object("device.import"), importDevices),
      changes(
        "/v1/devices/returns", "What came back from customers", query: ["dry_run"], body: .csv,
        .object("device.import"), importReturns),
      asks(
        "/v1/batches", "Batches as the supply chain told of them",
        query: ["product", "batch", "factory", "supplier", "component_lot", "limit"], .list("batch.list"), batches),
      asks("/v1/batches/{id}", "A batch", query: ["product"], .object("batch.show"), batch),
      changes(
        "/v1/batches/import", "Facts of batches from a table", query: ["dry_run"], body: .csv,
        .object("batch.import"), importBatches),
    ]
  }

  private var messageRoutes: [ControlRoute] {
    [
      asks("/v1/profiles", "Firmware profiles in use", query: ["product", "limit"], .list("profile.list"), profiles),
      asks("/v1/profiles/{id}", "A product's profile", .object("profile.show"), profile),
      asks("/v1/profiles/{id}/files", "The text of it", .list("profile.files"), profileFiles),
      changes(
        "/v1/profiles/reload", "Configuration and profiles are read again, all or nothing", .object("profile.reload"),
        reloadProfiles),
      asks(
        "/v1/quarantine", "Messages that couldn't be used", query: ["reason", "limit"], .list("quarantine.list"),
        quarantine),
      asks("/v1/quarantine/{id}", "One of them, with its bytes", .object("quarantine.show"), quarantined),
      changes(
        "/v1/quarantine/retry", "All, or all of a reason, as if they came now", query: ["reason"],
        .object("quarantine.retry_all"), retryQuarantine),
      changes(
        "/v1/quarantine/drop", "All, or all of a reason, are given up", query: ["reason"],
        .object("quarantine.drop_all"), dropQuarantine),
      changes(
        "/v1/quarantine/{id}/{action}", "One is taken as if it came now, or given up", words: ["retry", "drop"],
        .action("quarantine"), quarantineAction),
    ]
  }

  private var modelRoutes: [ControlRoute] {
    [
      asks(
        "/v1/predictions", "Probabilities as they were kept, the latest first",
        query: ["device", "product", "failure_mode", "limit"], .list("prediction.list"), predictions),
      asks("/v1/firmware", "Firmware versions", query: ["product", "limit"], .list("firmware.list"), firmwares),
      asks(
        "/v1/firmware/{id}", "A firmware version and its evidence", query: ["product"], .object("firmware.show"),
        firmware),
      asks(
        "/v1/firmware/compare", "One firmware against another", query: ["product", "from", "to", "failure_mode"],
        .list("firmware.compare"), compareFirmware),
      asks(
        "/v1/firmware/{id}/gate", "May its rollout go on", query: ["product"], .object("firmware.gate"), firmwareGate),
      asks("/v1/impact", "What care avoided", query: ["product", "failure_mode"], .object("impact.show"), impact),
      asks(
        "/v1/model", "Evidence, budget, effects and calibration of each failure mode",
        query: ["product", "failure_mode"], .list("model.show"), modelReport),
      asks(
        "/v1/model/ageing", "How failures set in with age", query: ["product", "failure_mode", "batch", "limit"],
        .list("model.ageing"), ageing),
      asks(
        "/v1/audit", "Who changed what", query: ["noun", "subject", "actor", "change", "limit"], .list("audit.list"),
        audit),
      asks("/v1/audit/verify", "Is every row as it was written", .object("audit.verify"), verifyAudit),
    ]
  }

  private var bulkRoutes: [ControlRoute] {
    let backup = BackupSource(store: store)
    let exported = Set(TicketFilter.names + FindingFilter.names).subtracting(["limit"]).sorted()
    // A reading method that only operators may use: a backup holds everything.
    var copy = changes(
      "/v1/backup", "The database as of one commit", .bytes(type: "application/vnd.sqlite3")
    ) { _, _, _ in try await backup.answer() }
    copy.method = .get
    return [
      asks(
        "/v1/export/{noun}", "Everything of one kind, a line each; tickets and findings by their lists' filters",
        query: exported, words: ["tickets", "findings", "devices", "cells"], .lines, export),
      copy,
    ]
  }
}
