using System.Diagnostics;

namespace PeerReplica.Benchmarks.Codecs;

/// <summary>
/// Compares two ways to do the same work in one process: short rounds of each in turn, so that whatever else the machine does meets both. The ratio
/// is the median over pairs of neighboring rounds.
/// </summary>
internal sealed class PairedRounds(TimeSpan warmUp, int rounds)
{
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(2);

    /// <summary>Nanoseconds for one call of each, the best round of all, and the median ratio of the second to the first.</summary>
    public (double First, double Second, double Ratio) Compare(Action first, Action second)
    {
        var (firstCalls, secondCalls) = (CallsInRound(first), CallsInRound(second));
        var (bestFirst, bestSecond) = (double.MaxValue, double.MaxValue);
        var ratios = new List<double>(rounds);
        for (var i = 0; i < rounds; i++)
        {
            var a = Time(first, firstCalls);
            var b = Time(second, secondCalls);

            // In half of the pairs the second goes first.
            if (i % 2 == 1) a = Math.Min(a, Time(first, firstCalls));
            else b = Math.Min(b, Time(second, secondCalls));
            bestFirst = Math.Min(bestFirst, a);
            bestSecond = Math.Min(bestSecond, b);
            ratios.Add(b / a);
        }

        ratios.Sort();
        return (bestFirst, bestSecond, ratios[rounds / 2]);
    }

    /// <summary>Also warms up: the runtime compiles what runs often once more.</summary>
    private int CallsInRound(Action action)
    {
        var calls = 0;
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < warmUp)
        {
            action();
            calls++;
        }

        return Math.Max(1, (int)(Time(action, 1) is var one && one > 0 ? s_round.TotalNanoseconds / one : calls));
    }

    private static double Time(Action action, int calls)
    {
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++) action();
        return Stopwatch.GetElapsedTime(began).TotalNanoseconds / calls;
    }
}
