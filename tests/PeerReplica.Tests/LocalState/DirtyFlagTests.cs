using PeerReplica.Benchmarks.InProcess;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Tests.LocalState;

/// <summary>Runs the mark's real code step by step: a writer can be preempted before it queues the entry, and after it did.</summary>
public sealed class DirtyFlagTests
{
    [Fact]
    public void A_writer_does_not_complete_the_mark_of_another()
    {
        using var bench = new Bench();
        foreach (var step in "AALCAD") bench.Take(step);
        bench.Check();
    }

    /// <summary>Three writers, of whom one is never preempted, and two steps of the loop: 5,040 interleavings.</summary>
    [Fact]
    public void Whoever_has_written_finds_the_entry_queued_or_published_in_every_interleaving()
    {
        using var bench = new Bench();
        var count = 0;
        foreach (var schedule in Orders("AAACCCDLL"))
        {
            bench.Reset(schedule);
            foreach (var step in schedule) bench.Take(step);
            bench.Check();
            count++;
        }

        Assert.Equal(5_040, count);
    }

    [Fact]
    public void A_mark_that_was_taken_away_while_its_owner_queued_the_entry_can_be_owned_again()
    {
        using var bench = new Bench();
        foreach (var step in "ALAACLLDL") bench.Take(step);
        bench.Check();
        bench.Reset("");
        foreach (var step in "CCC") bench.Take(step);
        Assert.Equal(1, bench.Queued);
        bench.Take('D');
        Assert.Equal(1, bench.Queued);
    }

    private static IEnumerable<string> Orders(string steps)
    {
        if (steps.Length == 0)
        {
            yield return "";
            yield break;
        }

        foreach (var first in steps.Distinct())
        {
            foreach (var rest in Orders(steps.Remove(steps.IndexOf(first), 1))) yield return first + rest;
        }
    }

    private sealed class Bench : QuietLocalState, IDisposable
    {
        private readonly Dictionary<char, SteppedWriter> _writers = new() { ['A'] = new(), ['C'] = new(), ['D'] = new() };
        private string _schedule = "";
        private byte _mark;
        private int _written;
        private int _published;

        public Bench() => Reset("");

        public int Queued => Dirty.Count;

        public void Reset(string schedule)
        {
            foreach (var writer in _writers.Values) writer.Finish();
            PublishAll();
            (_schedule, _written, _published) = (schedule, 0, 0);
            foreach (var (name, writer) in _writers)
            {
                var write = 1 << (name - 'A');
                writer.Begin(() =>
                {
                    Interlocked.Or(ref _written, write);
                    DirtyFlag.TrySet(ref _mark, null!, this);
                });
            }
        }

        public void Take(char step)
        {
            if (step == 'D') _writers[step].Finish();
            else if (step != 'L') _writers[step].Step();
            else PublishAll();
            foreach (var (name, writer) in _writers)
            {
                if (!writer.IsFinished || Dirty.Count > 0) continue;
                Assert.True((_published & (1 << (name - 'A'))) != 0, $"{_schedule}: {name} has written, and a flush would find nothing to publish.");
            }
        }

        /// <summary>Ends all writers; the next step of the loop publishes whatever they wrote.</summary>
        public void Check()
        {
            foreach (var writer in _writers.Values) writer.Finish();
            Take('L');
            Assert.Equal(_written, _published);
        }

        public override void MarkDirty(Entry entry)
        {
            SteppedWriter.Pause();
            base.MarkDirty(entry);
            SteppedWriter.Pause();
        }

        public override HybridTimestamp Stamp() => default;

        public void Dispose()
        {
            foreach (var writer in _writers.Values)
            {
                writer.Finish();
                writer.Dispose();
            }
        }

        private void PublishAll()
        {
            while (Dirty.Count > 0)
            {
                Dirty.RemoveAt(0);
                DirtyFlag.Clear(ref _mark);
                _published = _written;
            }
        }
    }
}
