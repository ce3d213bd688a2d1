using PeerReplica.Escrow;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Tests.LocalState;

public sealed class EscrowQueueTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void What_callers_wait_for_in_sum_saturates_and_is_exact_again_once_they_have_gone(int callers)
    {
        var queue = new RightsWaitQueue(new AtomicBudget(), static _ => { });
        var waiters = Enumerable.Range(0, callers).Select(_ => queue.Add(long.MaxValue)).ToArray();
        Assert.Equal(Units.Max, queue.Wanted);
        queue.Add(7);
        Assert.Equal(Units.Max, queue.Wanted);
        Assert.All(waiters, w => Assert.True(queue.TryAbandon(w)));
        Assert.Equal(7, queue.Wanted);
    }
}
