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

        Assert.Equal(Enumerable.Range(1, ids.Length), ids);

        // From 100 on they are the web package's.
        Assert.InRange(ids[^1], 1, 99);
    }
}
