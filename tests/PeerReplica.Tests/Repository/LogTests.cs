using System.Reflection;
using Microsoft.Extensions.Logging;

namespace PeerReplica.Tests.Repository;

public sealed class LogTests
{
    [Fact]
    public void Log_event_ids_are_unique_and_known()
    {
        var log = typeof(IPeerReplica).Assembly.GetType("PeerReplica.Diagnostics.Log")!;
        var ids = log.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()?.EventId)
            .OfType<int>().Order().ToArray();
        Assert.Equal(ids.Distinct(), ids);

        // Numbers that are set aside; an id that is not used is taken next.
        int[] setAside = [27, 28];
        Assert.Equal(Enumerable.Range(1, ids[^1]), ids.Union(setAside).Order());
    }
}
