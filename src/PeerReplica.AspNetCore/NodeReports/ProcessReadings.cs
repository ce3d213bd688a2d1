using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace PeerReplica.AspNetCore.NodeReports;

/// <summary>What the process says of itself. Not thread-safe: the share of the processors is since the reading before.</summary>
internal sealed class ProcessReadings
{
    private readonly long _createdAt = Stopwatch.GetTimestamp();
    private readonly TimeSpan _uptimeAtCreation = UptimeNow();
    private long _readAt;
    private TimeSpan _cpuAtReading;

    public ProcessReadings()
    {
        _readAt = _createdAt;
        _cpuAtReading = ProcessorTime();
    }

    public static string? AppVersion { get; } =
        Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] is { } version
            ? ReportText.Cut(version, NodeReportOptions.MaxNameLength)
            : null;

    /// <summary>Fills in what the process says.</summary>
    public NodeReport AddTo(NodeReport report)
    {
        var now = Stopwatch.GetTimestamp();
        var cpu = ProcessorTime();
        var elapsed = Stopwatch.GetElapsedTime(_readAt, now) * Environment.ProcessorCount;
        var share = elapsed > TimeSpan.Zero ? (cpu - _cpuAtReading) / elapsed : 0;
        (_readAt, _cpuAtReading) = (now, cpu);
        return report with
        {
            AppVersion = AppVersion,
            Uptime = TimeSpan.FromSeconds(Math.Floor((_uptimeAtCreation + Stopwatch.GetElapsedTime(_createdAt, now)).TotalSeconds)),
            CpuShare = Math.Round(Math.Clamp(share, 0, 1), 4),
            Processors = Environment.ProcessorCount,
            LoadAverage = ReadLoadAverage(),
            WorkingSetBytes = Environment.WorkingSet,
            ManagedHeapBytes = GC.GetTotalMemory(forceFullCollection: false),
            AvailableMemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        };
    }

    private static TimeSpan ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private static TimeSpan UptimeNow()
    {
        using var process = Process.GetCurrentProcess();
        var uptime = DateTime.Now - process.StartTime;
        return uptime > TimeSpan.Zero ? uptime : TimeSpan.Zero;
    }

    private static double? ReadLoadAverage()
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            return double.TryParse(File.ReadAllText("/proc/loadavg").Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var load) ? load : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
