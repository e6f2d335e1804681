import Drift
import Testing

/// Against scipy 1.17.1 (`scipy.special`, `scipy.stats`).
@Suite struct SpecialFunctionsTests {
  @Test(arguments: [
    (0.5, 0.1, 0.6547208460185768), (2, 30, 2.9008631203404573e-12), (10, 8, 0.716624258727011),
    (100, 120, 0.027863739890520652), (5000, 5100, 0.07932888107761896), (0.5, 40, 3.744097384202887e-19),
  ])
  func upperGamma(a: Double, x: Double, expected: Double) {
    #expect(isClose(SpecialFunctions.incompleteGamma(a, x).upper, expected, relative: 1e-10, absolute: 0))
  }

  @Test(arguments: [
    (0.5, 0.5, 0.3, 0.36901011956554536), (5, 0.5, 0.99, 0.7571581091015623),
    (2, 7, 0.01, 0.0026900777395207002), (400, 0.5, 0.9, 4.390549282510311e-20),
    (30, 60, 0.2, 0.0017044692344977757),
  ])
  func beta(a: Double, b: Double, x: Double, expected: Double) {
    let value = SpecialFunctions.incompleteBeta(a, b, x: x, complement: 1 - x)
    #expect(isClose(value, expected, relative: 1e-10, absolute: 0))
  }

  @Test(arguments: [
    (0.1, 2.252712651734206), (0.5, 0.5723649429247), (1, 0), (3.7, 1.428072326665388),
    (100.5, 361.43554046777757), (1e6, 12815504.569147611),
  ])
  func logGamma(x: Double, expected: Double) {
    #expect(isClose(SpecialFunctions.logGamma(x), expected, relative: 1e-13, absolute: 1e-13))
  }

  @Test(arguments: [
    (0.5, 0.3085375387259869), (3, 0.0013498980316300933), (8, 6.22096057427174e-16),
    (20, 2.7536241186061556e-89),
  ])
  func normal(z: Double, expected: Double) {
    #expect(isClose(SpecialFunctions.normalTail(z), expected, relative: 1e-12, absolute: 0))
    #expect(isClose(SpecialFunctions.normalQuantile(upperTail: expected), z, relative: 1e-12))
  }

  @Test(arguments: [
    (0.1, 3, 0.9266523488008059), (2, 10, 0.07338803477074037), (12, 50, 2.462380625332543e-16),
    (5, 1500.5, 6.406865797497433e-07),
  ])
  func student(t: Double, freedom: Double, expected: Double) {
    let value = SpecialFunctions.studentTwoSided(t, degreesOfFreedom: freedom)
    #expect(isClose(value, expected, relative: 1e-10, absolute: 0))
  }

  @Test(arguments: [(0.05, 3.5877375452640217), (1, 0.4307397744485814), (30, 2.1346641833090355e-14)])
  func bessel(z: Double, expected: Double) {
    #expect(isClose(SpecialFunctions.besselK(0.25, z), expected, relative: 1e-12, absolute: 0))
  }

  @Test(arguments: [
    (0.05, 10, 1), (0.2, 10, 0.7487190399999999), (0.3, 40, 0.0010904155041397967),
    (0.03, 394, 0.8594589178406409), (0.05, 394, 0.2691156270342465), (0.02, 6000, 0.016237424765516796),
    (0.01, 6000, 0.5824116190707833), (0.015, 6000, 0.13302975109662074),
    (0.002, 200_000, 0.39995085369038097), (0.0015, 500_000, 0.21034190155828947),
    (0.01, 50_000, 9.018048811843602e-05), (0.3, 100, 1.7719869892662917e-08),
    (0.12, 100, 0.10330374901819939),
  ])
  func kolmogorov(d: Double, count: Int, expected: Double) {
    #expect(isClose(KolmogorovDistribution.survival(d, count: count), expected, relative: 1e-5, absolute: 0))
  }
}
