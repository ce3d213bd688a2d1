using PeerReplica.Transport;

namespace PeerReplica.SlowTests.Transport;

public sealed class TransportSuiteTests
{
    [Fact]
    public void Every_transport_of_the_library_has_joined_the_suite()
    {
        var transports = typeof(IReplicaTransport).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IReplicaTransport)));
        var joined = typeof(TransportConformance).Assembly.GetTypes()
            .Where(t => t is { IsAbstract: false } && t.IsSubclassOf(typeof(TransportConformance)))
            .Select(t => ((TransportConformance)Activator.CreateInstance(t)!).TransportType).Distinct();
        Assert.Equal(transports.Select(t => t.Name).Order(), joined.Select(t => t.Name).Order());
    }
}
