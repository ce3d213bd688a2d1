using PeerReplica.Transport;

namespace PeerReplica.Tests.Transport;

public sealed class PendingHandshakesTests
{
    [Fact]
    public void Beyond_the_bound_of_a_source_its_oldest_handshake_is_given_up()
    {
        var (pending, givenUp) = (new PendingHandshakes(maxTotal: 10, maxPerSource: 3), new List<int>());
        for (var i = 0; i < 5; i++) Begin(pending, "a", i, givenUp);
        Assert.Equal([0, 1], givenUp);
        Begin(pending, "b", 5, givenUp);
        Assert.Equal([0, 1], givenUp);
        Assert.Equal(4, pending.Count);
    }

    [Fact]
    public void Beyond_the_bound_of_all_the_oldest_of_the_source_with_the_most_is_given_up()
    {
        var (pending, givenUp) = (new PendingHandshakes(maxTotal: 5, maxPerSource: 4), new List<int>());
        Begin(pending, "newcomer", 0, givenUp);
        for (var i = 1; i < 5; i++) Begin(pending, "attacker", i, givenUp);
        Begin(pending, "another newcomer", 5, givenUp);
        Assert.Equal([1], givenUp);
        Assert.Equal(5, pending.Count);
    }

    [Fact]
    public void One_that_has_ended_is_neither_counted_nor_given_up()
    {
        var (pending, givenUp) = (new PendingHandshakes(maxTotal: 10, maxPerSource: 2), new List<int>());
        var first = Begin(pending, "a", 0, givenUp);
        first.Dispose();
        first.Dispose();
        Begin(pending, "a", 1, givenUp);
        Begin(pending, "a", 2, givenUp);
        Assert.Empty(givenUp);
        Begin(pending, "a", 3, givenUp);
        Assert.Equal([1], givenUp);
        Assert.Equal(2, pending.Count);
    }

    [Fact]
    public void Any_number_of_sources_and_callers_stays_within_the_bounds()
    {
        var pending = new PendingHandshakes(maxTotal: 50, maxPerSource: 8);
        var random = new Random(20_261_127);
        var open = new List<IDisposable>();
        for (var i = 0; i < 20_000; i++)
        {
            open.Add(pending.Begin($"source {random.Next(100)}", () => { }));
            if (random.Next(3) == 0) open[random.Next(open.Count)].Dispose();
            Assert.InRange(pending.Count, 0, 50);
        }

        foreach (var one in open) one.Dispose();
        Assert.Equal(0, pending.Count);
    }

    private static IDisposable Begin(PendingHandshakes pending, string source, int number, List<int> givenUp) => pending.Begin(source, () => givenUp.Add(number));
}
