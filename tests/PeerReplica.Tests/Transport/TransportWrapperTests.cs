using System.Reflection;
using PeerReplica.Transport;

namespace PeerReplica.Tests.Transport;

/// <summary>A transport around another one must not lose the resolution of names: a seed name with several addresses would become one address.</summary>
public sealed class TransportWrapperTests
{
    [Fact]
    public void Every_transport_around_another_one_forwards_the_resolver()
    {
        var wrappers = new[] { typeof(IReplicaTransport).Assembly, typeof(TransportWrapperTests).Assembly, Assembly.Load("TicketCounter") }
            .SelectMany(a => a.GetTypes())
            .Where(t => t.IsClass && typeof(IReplicaTransport).IsAssignableFrom(t))
            .Where(t => t.GetConstructors().Any(c => c.GetParameters().Any(p => p.ParameterType == typeof(IReplicaTransport))))
            .ToArray();
        Assert.True(wrappers.Length >= 2, "the sample's wrapper and the tests' were not found");

        // A notice that a wrapper swallows is a refusal that nobody hears of.
        Assert.All(wrappers.Where(typeof(ITransportHandler).IsAssignableFrom), w => Assert.Equal(w, w.GetInterfaceMap(typeof(ITransportHandler)).TargetMethods.Single(m => m.Name.EndsWith(nameof(ITransportHandler.OnNotification), StringComparison.Ordinal)).DeclaringType));
        Assert.All(wrappers, w => Assert.True(typeof(IAddressResolver).IsAssignableFrom(w), $"{w.Name} does not forward IAddressResolver"));
    }
}
