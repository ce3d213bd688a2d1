namespace PeerReplica.SlowTests.Attacks;

/// <summary>Attacks that share three replicas with certificates.</summary>
[CollectionDefinition(Name)]
public sealed class AttackedCollection : ICollectionFixture<CertificateCluster>
{
    public const string Name = "Attacked";
}
