using System.Diagnostics;

namespace PeerReplica.Benchmarks.Load;

/// <summary>Customers who come at a rate, whether or not the ones before were served, and take one each. Ends after a time, or when all is sold.</summary>
internal sealed class Takes
{
    public Takes(IBoundedCounter counter, int rate, TimeSpan duration, long capacity)
    {
        var clock = Stopwatch.StartNew();
        TimeSpan? since = null;
        while (Elapsed < duration && Taken < capacity)
        {
            // As many as are due: sleeping counts whole milliseconds, and the machine has other things to do.
            var due = (long)(Elapsed.TotalSeconds * rate) - Calls;
            for (; due > 0 && Taken < capacity; due--)
            {
                Calls++;
                if (counter.TryTake())
                {
                    Taken++;
                    since = null;
                    continue;
                }

                if (Calls == Taken + 1) LeftAtFirstMiss = capacity - Taken;
                since ??= clock.Elapsed;
                var spell = clock.Elapsed - since.Value;
                if (spell > LongestSpell) LongestSpell = spell;
            }

            Thread.Sleep(1);
            Elapsed = clock.Elapsed;
        }
    }

    public long Calls { get; private set; }

    public long Taken { get; private set; }

    /// <summary>Of the calls before the last unit was taken. Nobody else takes, so what is not taken here is somewhere.</summary>
    public double Share => Taken / (double)Calls;

    /// <summary>From the first call in a row that failed to the last.</summary>
    public TimeSpan LongestSpell { get; private set; }

    /// <summary>How much was left of the capacity when a call found no rights for the first time; null when none did.</summary>
    public long? LeftAtFirstMiss { get; private set; }

    public TimeSpan Elapsed { get; private set; }
}
