namespace PeerReplica.SlowTests.Containers;

/// <summary>A test that is skipped, with the reason and the command that installs Docker, where containers cannot run.</summary>
internal sealed class DockerFactAttribute : FactAttribute
{
    public DockerFactAttribute() => Skip = Docker.WhyNot;
}
