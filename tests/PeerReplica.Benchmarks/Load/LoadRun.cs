using System.Diagnostics;
using PeerReplica.Benchmarks.Load.Plots;

namespace PeerReplica.Benchmarks.Load;

/// <summary>One run of the load program: how much is measured, and what was.</summary>
internal sealed class LoadRun(bool isSmoke)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public bool IsSmoke => isSmoke;

    /// <summary>Of what is measured in turns with its baseline, so that both meet the same machine.</summary>
    public int Rounds => isSmoke ? 1 : 5;

    /// <summary>Round 0 is for the compiler, and not counted.</summary>
    public int FirstRound => isSmoke ? 1 : 0;

    public int SamplesPerRound => isSmoke ? 20 : 400;

    /// <summary>Longer than the broadcast interval: what is measured is the way of a single change, not the throttle.</summary>
    public TimeSpan Pause { get; } = TimeSpan.FromMilliseconds(12);

    public int Entries => isSmoke ? 10_000 : 1_000_000;

    /// <summary>Of what is measured whole, for the median.</summary>
    public int Repetitions => isSmoke ? 1 : 3;

    public List<Figure> Figures { get; } = [];

    /// <summary>By the name of their files.</summary>
    public Dictionary<string, LinePlot> Plots { get; } = [];

    public void Note(Figure figure)
    {
        Figures.Add(figure);
        Say($"  {figure.Name}: {figure.Value:#,0.###} {figure.Unit}{(figure.Ratio is { } ratio ? $" ({ratio:0.00})" : "")}");
    }

    /// <summary>Progress: not on the output, which is for the figures.</summary>
    public void Say(string text) => Console.Error.WriteLine($"[{_clock.Elapsed.TotalSeconds,4:0} s] {text}");
}
