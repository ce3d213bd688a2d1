namespace PeerReplica.SlowTests.Containers;

/// <summary>Tests that share one engine and one image.</summary>
[CollectionDefinition(Name)]
public sealed class ContainerCollection : ICollectionFixture<ContainerFixture>
{
    public const string Name = "Containers";
}
