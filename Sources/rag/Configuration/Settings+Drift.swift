import HTTPService
import Transport

extension Settings {
  /// How collections are watched.
  func driftMonitor() throws -> DriftMonitorSettings {
    var monitor = DriftMonitorSettings()
    monitor.threads = threads
    guard let section = file.drift else { return monitor }
    if let hours = section.windowHours {
      guard hours >= 0.01, hours <= 8760 else {
        throw UsageError("drift.window_hours must be from 0.01 to 8760, not \(hours)")
      }
      monitor.windowSeconds = hours * 3600
    }
    monitor.neededWindows = section.neededWindows ?? monitor.neededWindows
    monitor.windowSpan = section.windowSpan ?? max(monitor.windowSpan, monitor.neededWindows)
    guard monitor.neededWindows >= 1, monitor.windowSpan >= monitor.neededWindows else {
      throw UsageError("drift.needed_windows must be at least 1 and at most drift.window_span")
    }
    monitor.alpha = section.alpha ?? monitor.alpha
    guard monitor.alpha > 0, monitor.alpha < 1 else {
      throw UsageError("drift.alpha must lie between 0 and 1")
    }
    monitor.minimumCount = section.minimumCount ?? monitor.minimumCount
    monitor.keptDays = section.keptDays ?? monitor.keptDays
    guard monitor.minimumCount >= 10, monitor.keptDays >= 1 else {
      throw UsageError("drift.minimum_count must be at least 10, drift.kept_days at least 1")
    }
    monitor.leastOverlap = section.leastOverlap ?? monitor.leastOverlap
    guard (0...1).contains(monitor.leastOverlap) else {
      throw UsageError("drift.least_overlap must be from 0 to 1")
    }
    return monitor
  }

  /// Who is told of drift.
  func driftAlarms() throws -> AlarmTargets {
    var targets = AlarmTargets()
    targets.webhook = file.drift?.webhook
    targets.secret = try key(
      variable: file.drift?.webhookSecretVariable, file: file.drift?.webhookSecretFile)
    targets.command = file.drift?.command ?? []
    return targets
  }
}

extension Settings {
  /// Who is told of changes of registered models.
  func registryAlarms() throws -> AlarmTargets {
    var targets = AlarmTargets()
    targets.webhook = file.registry?.webhook
    targets.secret = try key(
      variable: file.registry?.webhookSecretVariable, file: file.registry?.webhookSecretFile)
    targets.command = file.registry?.command ?? []
    return targets
  }
}

extension Wiring {
  /// What alarms are posted with; `nil` where there is no webhook.
  func webhookTransport() throws -> (any HTTPTransport)? {
    guard settings.file.drift?.webhook != nil || settings.file.registry?.webhook != nil else { return nil }
    // The receiver drops what it has had: the same change has the same id, so a retry does no harm.
    return RetryingTransport(try CurlTransport())
  }
}
