namespace PeerReplica.Benchmarks.Load.Plots;

/// <summary>One line of a plot; each of its points is marked if they are few.</summary>
internal sealed record PlotLine(string Name, IReadOnlyList<(double X, double Y)> Points);
