using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Tests.LocalState;

public class WritePoolTests
{
    private const int Rounds = 200_000;

    [Fact]
    public void What_is_given_is_taken_again_and_says_nothing_any_more()
    {
        var pool = new WriteRecordPool<string>();
        var record = pool.Take();
        (record.Value, record.HasValue, record.Payload, record.Sequence) = ("value", true, [1], 5);
        record.ExpiresAt = new(5);
        pool.Give(record);
        Assert.Same(record, pool.Take());
        Assert.Null(record.Value);
        Assert.False(record.HasValue || record.HasDetails || record.IsPublished);
        Assert.True(record.IsRemoval);
        Assert.NotSame(record, pool.Take());
    }

    [Fact]
    public void It_keeps_as_many_as_were_needed_at_once_up_to_its_bound()
    {
        var pool = new WriteRecordPool<long>();
        const int Many = 20_000;
        var kept = 0;
        for (var round = 0; round < 20; round++)
        {
            var taken = Enumerable.Range(0, Many).Select(_ => pool.Take()).ToHashSet();
            Assert.Equal(Many, taken.Count);
            var before = taken.ToHashSet();
            foreach (var record in taken) pool.Give(record);
            kept = Enumerable.Range(0, Many).Count(_ => before.Contains(pool.Take()));
            foreach (var record in before) pool.Give(record);
        }

        Assert.Equal(8_192, kept);
    }

    [Fact]
    public async Task Nobody_is_given_what_another_has()
    {
        var pool = new WriteRecordPool<long>();
        var inUse = 0L;
        var returned = new System.Collections.Concurrent.ConcurrentQueue<ValueRecord<long>>();
        var takers = Enumerable.Range(1, 2).Select(taker => OwnThread.Start(() =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                var record = pool.Take();
                Assert.Equal(0, Interlocked.Exchange(ref record.Value, taker));
                Assert.Equal(taker, Interlocked.Exchange(ref record.Value, 0));
                Interlocked.Increment(ref inUse);
                returned.Enqueue(record);
            }
        })).ToArray();
        while (!Task.WhenAll(takers).IsCompleted || !returned.IsEmpty)
        {
            if (returned.TryDequeue(out var record)) pool.Give(record);
        }

        await Task.WhenAll(takers);
        Assert.Equal(Rounds * 2, inUse);
    }
}
