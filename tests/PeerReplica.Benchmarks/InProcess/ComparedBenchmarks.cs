using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>Each category holds one operation and its baseline, under the same access pattern: the ratio is to that baseline.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public abstract class ComparedBenchmarks;
