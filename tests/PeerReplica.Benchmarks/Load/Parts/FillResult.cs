namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>What it took to write so many keys until all others had them; CPU seconds and bytes sent are of each process, the writer's first.</summary>
internal sealed record FillResult(int Count, double WriteSeconds, double Seconds, double[] Cpu, double[] BytesSent)
{
    public double PerSecond => Count / Seconds;

    public double WritesPerSecond => Count / WriteSeconds;

    public double CpuPerMillion(int process) => Cpu[process] / Count * 1e6;

    public double CpuPerMillionOfAll => Cpu.Sum() / Count * 1e6;
}
