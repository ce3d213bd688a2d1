using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>
/// Each category holds one operation and its baseline, under the same access pattern: the ratio is to that baseline. All of one size run in a row, see <see cref="Kept"/>.
/// </summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams, BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public abstract class ComparedBenchmarks;
