using System.Globalization;
using System.Runtime.InteropServices;

namespace PeerReplica.Benchmarks.Load;

/// <summary>Where a run was measured, and what else the machine had to do: the load averages (processes that run or wait, over a minute) before and after it.</summary>
internal sealed record Surroundings(int Cores, string System, string Runtime, double? LoadBefore, double? LoadAfter)
{
    public static Surroundings Now() => new(Environment.ProcessorCount, RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription, LoadAverage(), null);

    public Surroundings AtEnd() => this with { LoadAfter = LoadAverage() };

    public override string ToString() => $"{Cores} cores, {System}, {Runtime}; load average {LoadBefore} before, {LoadAfter} after";

    private static double? LoadAverage()
    {
        const string Path = "/proc/loadavg";
        return File.Exists(Path) ? double.Parse(File.ReadAllText(Path).Split(' ')[0], CultureInfo.InvariantCulture) : null;
    }
}
