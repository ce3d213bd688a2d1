using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Reports;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>The figures that have a goal, beside it.</summary>
internal static class GoalsTable
{
    public static void Print(IEnumerable<Summary> summaries)
    {
        var lines = summaries.SelectMany(s => s.Reports.Where(r => r.Success).Select(r => LineOf(s, r))).OfType<string>().ToList();
        if (lines.Count == 0) return;
        Console.WriteLine("\n| what | ns | ratio | bytes | goal | reached |\n|---|---|---|---|---|---|");
        foreach (var line in lines) Console.WriteLine(line);
        if (Sizes.IsSmoke) Console.WriteLine("\nEach ran once, cold, and with 1,000 entries only: these numbers mean nothing.");
    }

    private static string? LineOf(Summary summary, BenchmarkReport report)
    {
        var benchmark = report.BenchmarkCase;
        if (benchmark.Descriptor.WorkloadMethod.GetCustomAttribute<GoalAttribute>() is not { } goal || report.ResultStatistics is not { } figure) return null;

        // A figure below what the tool can measure comes out as 0 or less.
        var mean = Math.Max(0, figure.Mean);
        var ratio = mean / BaselineOf(summary, report);
        var bytes = report.GcStats.GetBytesAllocatedPerOperation(benchmark) ?? double.NaN;
        List<(string Text, bool IsReached)> parts = [];
        if (!double.IsNaN(goal.Ratio)) parts.Add(($"ratio {Text(goal.Ratio)}", ratio <= goal.Ratio));
        if (!double.IsNaN(goal.Nanoseconds)) parts.Add(($"{Text(goal.Nanoseconds)} ns", mean <= goal.Nanoseconds));
        if (!double.IsNaN(goal.Bytes)) parts.Add(($"{Text(goal.Bytes)} B", bytes <= goal.Bytes));
        var missed = parts.Where(p => !p.IsReached).Select(p => p.Text).ToList();
        var what = $"{TypeName(benchmark.Descriptor.Type)}.{benchmark.Descriptor.WorkloadMethod.Name} {benchmark.Parameters.DisplayInfo}".TrimEnd();
        return $"| {what} | {Text(mean)} | {(double.IsNaN(ratio) ? "" : Text(ratio))} | {Text(bytes)} | {string.Join(", ", parts.Select(p => p.Text))} | {(missed.Count == 0 ? "yes" : $"no: {string.Join(", ", missed)}")} |";
    }

    private static double BaselineOf(Summary summary, BenchmarkReport report)
    {
        var group = summary.GetLogicalGroupKey(report.BenchmarkCase);
        var baseline = summary.Reports.FirstOrDefault(r => r.BenchmarkCase.Descriptor.Baseline && summary.GetLogicalGroupKey(r.BenchmarkCase) == group);
        return baseline?.ResultStatistics?.Mean ?? double.NaN;
    }

    private static string TypeName(Type type) =>
        type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GenericTypeArguments.Select(t => t.Name))}>" : type.Name;

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
