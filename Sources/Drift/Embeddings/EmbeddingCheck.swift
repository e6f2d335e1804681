import Kernels

/// Compares two sets of vectors. A changed model is not what it finds: re-embed stored texts for that.
package struct EmbeddingCheck: Sendable {
  package var settings: EmbeddingSettings
  /// Told of each method as it ends, and how long it took.
  package var observe: (@Sendable (_ method: String, _ time: Duration) -> Void)?

  package init(_ settings: EmbeddingSettings = EmbeddingSettings()) {
    self.settings = settings
  }

  /// - Parameters: matrices of equal width, at least 10 rows each, finite values.
  /// - Throws: `.mismatch` for other widths, `.emptySide` for fewer rows, `.malformed` for values that aren't finite.
  /// - Complexity: O((n + m) × d) for means and clusters; the rest is bounded by the settings.
  package func run(reference: Matrix, current: Matrix) throws(DriftError) -> EmbeddingResult {
    let d = reference.columns
    guard d == current.columns, d > 0 else {
      throw DriftError(.mismatch, "the reference has \(d) components, the current side \(current.columns)")
    }
    guard min(reference.rows, current.rows) >= 10 else {
      throw DriftError(.emptySide, "\(reference.rows) and \(current.rows) vectors; 10 a side are needed")
    }
    for matrix in [reference, current] where !matrix.values.allSatisfy(\.isFinite) {
      throw DriftError(.malformed, "a vector has a component that is no finite number; leave it out")
    }
    let threads = settings.threads
    let seed = settings.seed
    var lap = ContinuousClock.now
    func ended(_ method: String) {
      observe?(method, .now - lap)
      lap = .now
    }

    let x = RowSample(reference, limit: settings.discrepancyRows, seed: seed)
    let y = RowSample(current, limit: settings.discrepancyRows, seed: seed &+ 1)
    let discrepancy = MaximumMeanDiscrepancy(
      products: DoubleVectors.products(
        x.values + y.values, count: x.rows.count + y.rows.count, threads: threads),
      n: x.rows.count, permutations: settings.permutations, seed: seed, threads: threads)
    ended("discrepancy")

    let a = RowSample(reference, limit: settings.classifierRows, seed: seed)
    let b = RowSample(current, limit: settings.classifierRows, seed: seed &+ 1)
    let classifier = DomainClassifier(
      products: DoubleVectors.products(
        a.values + b.values, count: a.rows.count + b.rows.count, threads: threads),
      n: a.rows.count, permutations: settings.permutations, seed: seed, threads: threads)
    ended("classifier")

    let before = RowSample(reference, limit: settings.testRows, seed: seed &+ 2)
    let now = RowSample(current, limit: settings.testRows, seed: seed &+ 3)
    let componentTests = Parallel.map(d, threads: threads) { column -> TestResult in
      func values(_ sample: RowSample) -> Sample {
        Sample(stride(from: column, to: sample.values.count, by: d).map { Double(sample.values[$0]) })
      }
      let pair = try? SamplePair(reference: values(before), current: values(now))
      return pair.map { KolmogorovSmirnov.test($0) } ?? TestResult(statistic: 0, pValue: 1)
    }
    let componentQ = PValueAdjustment.benjaminiHochberg.adjusted(componentTests.map { $0.pValue ?? 1 })
    let drifted = (0..<d).filter { componentQ[$0] <= settings.alpha }
    // Errors of rounding in a constant component are a perfect difference between two machines: they decide nothing.
    let spans = zip(self.spans(reference), self.spans(current)).map { max($0.1, $1.1) - min($0.0, $1.0) }
    let leastSpan = Float(PrincipalComponents.leastDeviation) * (spans.max() ?? 0)
    let deciding = (0..<d).filter { spans[$0] > leastSpan }
    ended("components")

    let p = RowSample(reference, limit: settings.componentRows, seed: seed)
    let q = RowSample(current, limit: settings.componentRows, seed: seed &+ 1)
    // Every second row, so that the others give an error that the fit has not seen.
    let fitted = stride(from: 0, to: p.rows.count, by: 2).flatMap { p.values[$0 * d..<($0 + 1) * d] }
    let components = PrincipalComponents(
      fitted, count: fitted.count / d, variance: 0.65, threads: threads)
    let (referenceMap, referenceErrors) = place(reference, p.rows, components)
    let (currentMap, currentErrors) = place(current, q.rows, components)
    let unseen = stride(from: 1, to: referenceErrors.count, by: 2).map { referenceErrors[$0] }
    ended("reconstruction")
    let clusters = ClusterMass(
      reference, current, count: settings.clusterCount,
      sample: p.rows.map(reference.row) + q.rows.map(current.row), seed: seed, threads: threads)
    ended("clusters")

    let smallestQ = deciding.map { componentQ[$0] }.min() ?? 1
    let methods = ["classifier", "clusters", "components", "discrepancy"]
    let adjusted = PValueAdjustment.benjaminiHochberg.adjusted([
      classifier.pValue, clusters.test.pValue ?? 1, smallestQ, discrepancy.pValue,
    ])
    let effects = [
      "classifier": 2 * classifier.areaUnderCurve - 1, "clusters": clusters.totalVariation,
      "components": deciding.filter { componentQ[$0] <= settings.alpha }
        .map { componentTests[$0].statistic }.max() ?? 0,
    ]
    let isDrift = zip(methods, adjusted).contains { method, q in
      q <= settings.alpha && effects[method] ?? .infinity >= settings.effectFloor
    }
    let verdict: Verdict =
      min(reference.rows, current.rows) < settings.minimumCount ? .insufficient : isDrift ? .drift : .none
    return EmbeddingResult(
      settings: settings, verdict: verdict, referenceRows: reference.rows, currentRows: current.rows,
      dimension: d, meanDistances: EmbeddingDistances(mean(reference), mean(current)),
      discrepancy: discrepancy, classifier: classifier,
      driftedComponentShare: Double(drifted.count) / Double(d),
      componentP: smallestQ, clusters: clusters,
      referenceReconstructionError: unseen.reduce(0, +) / Double(unseen.count),
      currentReconstructionError: currentErrors.reduce(0, +) / Double(currentErrors.count),
      adjustedP: Dictionary(uniqueKeysWithValues: zip(methods, adjusted)), effects: effects,
      referenceMap: referenceMap, currentMap: currentMap)
  }

  /// Least and largest value of each component.
  private func spans(_ matrix: Matrix) -> [(Float, Float)] {
    var spans = [(Float, Float)](repeating: (.infinity, -.infinity), count: matrix.columns)
    matrix.values.withUnsafeBufferPointer { values in
      for row in 0..<matrix.rows {
        for column in spans.indices {
          let value = values[row * spans.count + column]
          spans[column] = (min(spans[column].0, value), max(spans[column].1, value))
        }
      }
    }
    return spans
  }

  private func mean(_ matrix: Matrix) -> [Double] {
    var sums = [Double](repeating: 0, count: matrix.columns)
    matrix.values.withUnsafeBufferPointer { values in
      for row in 0..<matrix.rows {
        for column in sums.indices { sums[column] += Double(values[row * sums.count + column]) }
      }
    }
    return sums.map { $0 / Double(matrix.rows) }
  }

  private func place(
    _ matrix: Matrix, _ rows: [Int], _ components: PrincipalComponents
  ) -> (points: [EmbeddingResult.Point], errors: [Double]) {
    let placed = Parallel.map(rows.count, threads: settings.threads) { index in
      components.project(matrix.row(rows[index]))
    }
    let points = zip(rows, placed).map { row, place in
      EmbeddingResult.Point(
        row: row, x: place.coordinates.first ?? 0, y: place.coordinates.dropFirst().first ?? 0)
    }
    return (points, placed.map(\.error))
  }
}
